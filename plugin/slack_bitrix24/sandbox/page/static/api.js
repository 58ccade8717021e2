// Talks to the sandbox's control interfaces, and listens for what changes.

export async function get(path, query = {}) {
  const text = new URLSearchParams(query).toString();
  const answer = await fetch(text ? `${path}?${text}` : path, { cache: "no-store" });
  return answer.json();
}

export async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.json();
}

// Calls `changed(event)` for each change, and `changed(null)` whenever the stream was (re)connected, since what
// happened meanwhile was missed. A hidden page lets go of its connection: browsers allow six per host.
export function listen(path, changed, { event = "message" } = {}) {
  let source = null;
  let retry = 0;

  function open() {
    close();
    source = new EventSource(path);
    source.onopen = () => changed(null);
    source.addEventListener(event, (message) => changed(JSON.parse(message.data)));
    source.onerror = () => {
      if (source && source.readyState === EventSource.CLOSED) retry = setTimeout(open, 1000);
    };
  }

  function close() {
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  if (!document.hidden) open();
}

// Runs `task` now, and once more afterwards if it was asked for meanwhile: never twice at a time.
export function latest(task) {
  let running = null;
  let again = false;

  async function run() {
    do {
      again = false;
      await task();
    } while (again);
    running = null;
  }

  return () => {
    again = true;
    running ??= run().catch((error) => {
      running = null;
      console.warn(error);
    });
    return running;
  };
}
