#!/usr/bin/env bash
# CommonMark into Slack's mrkdwn by three converters of PyPI: what was no mark becomes one, and what was one is lost.
#
# Guess: code is left alone, a lone asterisk between blanks stays, an escaped one is not drawn bold.
# Seen with markdown-to-mrkdwn 0.3.3, slackify-markdown 0.2.4, md2mrkdwn 0.4.5:
# - "2 * 3 * 4 = 24" becomes "2 _ 3 _ 4 = 24" (two of three).
# - An escaped "*not bold*" is bold in Slack (slackify-markdown), or loses its asterisks to underscores (the other two).
# - Code loses two of its four asterisks (markdown-to-mrkdwn).
# - The second line of a quote stands outside of it (slackify-markdown).
# - The words of a heading lose the end of their bold (markdown-to-mrkdwn).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    markdown-to-mrkdwn==0.3.3 slackify-markdown==0.2.4 md2mrkdwn==0.4.5
"$work/venv/bin/python" - > "$work/seen" <<'PYTHON'
from markdown_to_mrkdwn import SlackMarkdownConverter
from md2mrkdwn import convert
from slackify_markdown import slackify_markdown

CONVERTERS = {
    "markdown-to-mrkdwn": SlackMarkdownConverter().convert,
    "slackify-markdown": slackify_markdown,
    "md2mrkdwn": convert,
}
for text in ("2 * 3 * 4 = 24", r"\*not bold\*", "`2**3**4`", "> first\n> second", "# Deploy **done** today"):
    print(text.replace("\n", " / "))
    for name, converted in CONVERTERS.items():
        print(f"  {name:<19} {converted(text).rstrip().replace(chr(10), ' / ')}")
PYTHON
cat > "$work/expected" <<'SEEN'
2 * 3 * 4 = 24
  markdown-to-mrkdwn  2 _ 3 _ 4 = 24
  slackify-markdown   2 * 3 * 4 = 24
  md2mrkdwn           2 _ 3 _ 4 = 24
\*not bold\*
  markdown-to-mrkdwn  \_not bold\_
  slackify-markdown   *not bold*
  md2mrkdwn           \_not bold\_
`2**3**4`
  markdown-to-mrkdwn  `2*3*4`
  slackify-markdown   `2**3**4`
  md2mrkdwn           `2**3**4`
> first / > second
  markdown-to-mrkdwn  > first / > second
  slackify-markdown   > first / second
  md2mrkdwn           > first / > second
# Deploy **done** today
  markdown-to-mrkdwn  *Deploy *done* today*
  slackify-markdown   *Deploy done today*
  md2mrkdwn           *Deploy done today*
SEEN
cat "$work/seen"
if diff "$work/expected" "$work/seen"; then echo OK; else echo CHANGED; exit 1; fi
