"""How the page looks, in light and in dark: our own colours are mixed from the text's."""

from ui.web.client import style_sheets
from ui.words.page import Words

_STYLE = """
.stMainBlockContainer, [data-testid="stBottomBlockContainer"] { max-width: 56rem; }
.stMainBlockContainer { padding-top: 2.2rem; }
.stMainBlockContainer > [data-testid="stVerticalBlock"] { gap: .75rem; }
[data-testid="stSidebarUserContent"] { padding-top: 0; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: .5rem; }
.viewing .stMainBlockContainer, .viewing [data-testid="stBottomBlockContainer"] { padding-left: 2rem; padding-right: 1.5rem; }
.stApp:has([data-testid="stExpandSidebarButton"]) .stMainBlockContainer { padding-top: 4.5rem; }  /* below the bar that opens the menu */
.stMainBlockContainer h1 { font-size: 1.7rem; font-weight: 700; letter-spacing: -.01em; padding: 0 0 .1rem; line-height: 1.35; }
.stMainBlockContainer h2 { font-size: 1.15rem; font-weight: 650; padding: 1.1rem 0 .4rem; }

.sr { --accent: light-dark(#2f6f61, #6fb5a4); --warn: light-dark(#a4402f, #e59a8b); --mark: light-dark(#f3d98f99, #c99a2e55);
  --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 72%, transparent);
  max-width: 46rem; font-size: 1rem; line-height: 1.65; overflow-wrap: anywhere; word-break: keep-all; }
.sr + .sr { margin-top: .75rem; }
.sr p { margin: 0 0 .5rem; }
.sr ol { margin: 0 0 .8rem; padding-left: 1.3rem; }
.sr li { margin: .25rem 0; }
.sr .small { font-size: .84rem; color: var(--soft); }
.sr .question { font-weight: 650; font-size: 1.1rem; line-height: 1.5; margin: 1.1rem 0 .1rem; padding-top: 1rem; border-top: 1px solid var(--line);
  max-height: 12rem; overflow-y: auto; white-space: pre-wrap; }
.sr .answer { font-size: 1.05rem; }
.sr sup { font-weight: 650; color: var(--accent); padding-left: .15em; font-size: .72em; }
.sr .where { font-size: .84rem; color: var(--soft); }
.sr .where b { font-weight: 600; color: inherit; }
.sr .quote { position: relative; border-left: 3px solid var(--accent); padding: .1rem 0 .1rem 1.9rem; margin: .8rem 0; }
.sr .quote .number { position: absolute; left: .7rem; color: var(--accent); font-weight: 650; font-size: .84rem; line-height: 2; }
.sr .unsupported { color: var(--soft); text-decoration: line-through; text-decoration-color: var(--warn); }
.sr .flag { display: inline-block; font-size: .76rem; font-weight: 400; line-height: 1.5; border: 1px solid var(--line); border-radius: .25rem; padding: 0 .4rem; }
.sr .unsupported + .flag { border-color: var(--warn); color: var(--warn); }
.sr .live { color: var(--soft); white-space: pre-wrap; min-height: 1.65em; }
.sr .calm { border-left: 3px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: .4rem 0; }
.sr .calm button { border-color: var(--line); border-radius: .5rem; font-size: .92rem; padding: .15rem .7rem; }
.sr .problem { border: 1px solid var(--warn); border-left-width: 4px; border-radius: .3rem; padding: .6rem .9rem .2rem; margin: .4rem 0; }
.sr .problem b { color: var(--warn); }

.sr mark { background: var(--mark); color: inherit; padding: 0 .06em; border-radius: .12em; }
.sr summary { cursor: pointer; font-size: .9rem; color: var(--soft); padding: .2rem 0; }
.sr .card { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .8rem; margin: .4rem 0; font-size: .92rem; line-height: 1.55; }
.sr .card .text { white-space: pre-line; }
.sr .card .where { margin-bottom: .15rem; }
.sr .card summary { list-style: none; padding: 0; color: inherit; font-size: inherit; }
.sr .card summary::-webkit-details-marker { display: none; }
.sr .card summary .preview { display: block; }
.sr .card summary .rest { font-size: .84rem; color: var(--accent); }
.sr .card [open] summary .preview { display: none; }
.sr .card [open] summary .rest { color: var(--soft); }
.sr .open, .sr .mark { text-align: left; padding: 0 .25rem; margin-left: -.25rem; color: inherit; }
.sr .open:hover, .sr .mark:hover { text-decoration: underline; text-underline-offset: .2em; }
.sr .open b { color: var(--accent); }
.sr .mark { color: var(--accent); font-weight: 650; margin: 0; padding: 0 .1rem; border: 0; line-height: 1; }
.sr summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: .2rem; }

.sr .rows { overflow: auto; max-height: 24rem; margin: .3rem 0; white-space: normal; }
.sr .rows table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.sr .rows th, .sr .rows td { border: 1px solid var(--line); padding: .15rem .5rem; text-align: left; vertical-align: top; min-width: 3rem; max-width: 22rem; }
.sr .rows th { font-weight: 600; }
.sr .rows.wide { max-height: none; }
.sr .rows.wide th:first-child { min-width: 6rem; }
.sr .nothing { color: var(--soft); }
.sr .part { margin: .9rem 0; }
.sr .part > p { margin: 0 0 .25rem; }
.sr .quote.place { padding-left: .8rem; margin: .5rem 0; font-size: .95rem; }
.sr .name { font-weight: 600; margin: 0; }
.sr .figures { margin: 0; font-variant-numeric: tabular-nums; }
.sr .reason { font-size: .88rem; margin: .15rem 0 0; }
.sr.brand { font-size: 1.25rem; font-weight: 700; padding: 0 .5rem; }
.sr h2.aside { font-size: .84rem; font-weight: 600; color: var(--soft); margin: .8rem 0 .2rem; padding: 0; }
.sr .conversations { list-style: none; margin: 0; padding: 0; }
.sr .conversations li { display: flex; margin: 0; align-items: center; }
.sr .conversations li > :first-child { flex: 1; min-width: 0; text-align: left; font-size: .88rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: .2rem .4rem; margin-left: -.4rem; }
.sr .conversations [aria-current] { background: color-mix(in srgb, var(--accent) 16%, transparent); font-weight: 600; }
.sr .conversations li > :last-child { color: var(--soft); padding: .1rem .4rem; }
.sr .offers { display: flex; flex-wrap: wrap; gap: .4rem; margin: .2rem 0 .8rem; }
.sr .offers button { border-color: var(--line); border-radius: .5rem; padding: .35rem .7rem; text-align: left; font-size: .92rem; }
.sr .offers button:hover { border-color: var(--accent); }
.sr .unseen { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.sr .tools { display: flex; flex-wrap: wrap; gap: .1rem .3rem; }
.sr .tools button { font-size: .84rem; color: inherit; min-height: 2rem; padding: 0 .5rem; }
[class*="st-key-tools-"] { align-items: center; }
[class*="st-key-tools-"] button p { font-size: .84rem; }
:is(.st-key-documents, .st-key-failures) [data-testid="stHorizontalBlock"] { border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent); padding: .55rem 0; }
.stMainBlockContainer [data-testid="stForm"] [data-testid="stHorizontalBlock"] { border-top: 0; padding-top: 0; }
[data-testid="stForm"] [data-testid="stColumn"]:has([data-testid="stFormSubmitButton"]) { min-width: max-content; }

/* Nobody hears a click yet. */
html:not(.awake) .sr button { cursor: progress; }

/* What has the keyboard's focus, where Streamlit shows it by a shade alone. */
:is([data-testid="stPageLink-NavLink"], .stMain, [data-testid="stChatInput"] button):focus-visible {
  outline: 2px solid light-dark(#2f6f61, #6fb5a4); outline-offset: -2px; border-radius: .4rem; }

/* Streamlit's shades for what is chosen, open or pointed at are too near to what lies behind them. */
body :is([data-testid="stBaseButton-tertiary"], [data-testid="stPopoverButton"]):is(:hover, :active, :focus, [aria-expanded="true"]) { color: light-dark(#2f6f61, #6fb5a4); }
body [data-variant="segmented_control"]:is(:hover, :focus, [aria-checked="true"]) p { color: light-dark(#24564b, #8fd0bf); }
body [kind^="primary"] { color: light-dark(#fff, #10211d); }
body [kind^="primary"]:is(:hover, :active, :focus) { color: light-dark(#fff, #10211d); background: light-dark(#24564b, #8fd0bf); }
body [data-tag], body [data-tag] :is(span, button) { color: light-dark(#fff, #10211d); }

/* Streamlit sends nothing after a stop: the page has to say by itself that this text stays as it is. */
.stApp[data-test-script-state="running"] .when-stopped, .stApp[data-test-script-state="stopRequested"] .when-stopped { display: none; }
.stApp[data-test-script-state="notRunning"] .while-running { display: none; }

/* A day and a month in Korean are narrower than what a finger hits. */
[data-testid="stDateInput"] [role="spinbutton"] { min-width: 24px; min-height: 24px; text-align: center; }

/* What the uploader says of sizes and kinds is English; the word on its button is put right by desk.js. */
[data-testid="stFileUploaderDropzoneInstructions"] > * { display: none; }
[data-testid="stFileUploaderDropzoneInstructions"]::after { content: "HINT"; font-size: .84rem; }
"""


def style(words: Words) -> str:
    return "<style>" + (_STYLE + style_sheets()).replace("HINT", words.upload_hint) + "</style>"
