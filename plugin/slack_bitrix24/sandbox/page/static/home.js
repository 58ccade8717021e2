// The app's Home tab: what the app shows one person, and the buttons in it.

import { get, post } from "./api.js";
import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { t } from "./words.js";

export const HOME = "home";

// Tells the app that somebody looks: it answers with what to show.
export const opened = (user) => post("/slack/sandbox/open_home", { user });

export async function home(place, user) {
  const { home: shown } = await get("/slack/sandbox/home", { user });
  const act = (action) => post("/slack/sandbox/block_action", { user, view_id: shown.view.id, action });
  place.replaceChildren(shown
    ? el("article.home", {}, blocks(shown.view.blocks, act))
    : el("p.empty", {}, t("The app has not shown anything here yet.")));
}
