import { SHARED_STYLE } from './shared.ts';

/** The page for trying the server. Model output is inserted as text, never as markup. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>attune</title>
<link rel="icon" href="data:,">
<style>
${SHARED_STYLE}body { height: 100dvh; }
#settings, #ask { padding: .6rem max(1rem, 50vw - 30rem); }
#settings { display: grid; gap: .6rem; background: var(--soft); border-bottom: 1px solid var(--line); }
#settings[hidden] { display: none; }
#settings > div { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; }
#settings label:has(textarea) { align-items: start; }
#settings textarea { flex: 1; }
#settings input[type=number] { width: 5.5rem; }
main { flex: 1; overflow-y: auto; padding: 1rem max(1rem, 50vw - 30rem); }
#hint { color: var(--quiet); }
.question { margin: 1.25rem 0 .5rem auto; width: fit-content; max-width: 85%; padding: .5rem .9rem; border-radius: .9rem; background: var(--soft); }
.answers { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 1rem; }
.answer h2 { margin: 0; font-size: .8rem; color: var(--quiet); overflow-wrap: anywhere; }
.answer.busy .text::after { content: '▍'; color: var(--accent); }
.answer.error .text { color: var(--bad); }
.answer footer, .answer details { font-size: .8rem; color: var(--quiet); }
.thought { border-left: 3px solid var(--line); padding-left: .6rem; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: minmax(0, auto) 3.5rem 1fr; gap: .2rem .6rem; align-items: center; margin: .3rem 0; }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
meter { width: 100%; }
#ask { display: flex; gap: .5rem; align-items: end; border-top: 1px solid var(--line); }
#columns { flex: 1; display: grid; gap: .4rem .8rem; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); max-height: 45vh; overflow-y: auto; }
#columns[hidden], #question[hidden] { display: none; }
#columns label { display: grid; gap: .1rem; overflow-wrap: anywhere; }
#columns input { width: 100%; }
#question { flex: 1; resize: none; field-sizing: content; max-height: 40vh; min-height: 2.6rem; }
#keys { padding: 0 max(1rem, 50vw - 30rem) .6rem; font-size: .8rem; color: var(--quiet); display: flex; justify-content: space-between; gap: 1rem; }
#keys a { color: inherit; }
@media (max-width: 40rem) { .answers { grid-auto-flow: row; } #keys span { display: none; } }
</style>
</head>
<body>
<header>
<h1>attune</h1>
<label>Model <select id="model"></select></label>
<label id="beside-label" hidden>Compare with <select id="beside"></select></label>
<button id="toggle" type="button" aria-expanded="false" aria-controls="settings">Settings</button>
<button id="clear" type="button">New conversation</button>
<a href="answers">Answers</a>
</header>
<form id="settings" hidden>
<label>System prompt <textarea id="system" rows="2" placeholder="none"></textarea></label>
<label>Typed questions, one a line, in place of an answer in words
<textarea id="questions" rows="2" placeholder="Is it late?&#10;Queue: billing | sales&#10;Urgency: low &lt; medium &lt; high"></textarea></label>
<div>
<label>Temperature <input id="temperature" type="number" min="0" max="2" step="0.1" value="0"></label>
<label>top_p <input id="top_p" type="number" min="0" max="1" step="0.05" value="1"></label>
<label>Longest answer, in tokens <input id="max_tokens" type="number" min="1" step="1" placeholder="no limit"></label>
<label>API key <input id="key" type="password" autocomplete="off" placeholder="if required"></label>
</div>
</form>
<main id="scroll"><p id="hint"></p><div id="said" role="log" aria-live="polite" aria-label="Conversation"></div></main>
<form id="ask">
<div id="columns" hidden></div>
<textarea id="question" rows="1" aria-label="Message" required autofocus></textarea>
<button id="send" class="main">Send</button>
<button id="stop" type="button" hidden>Stop</button>
</form>
<div id="keys"><span>Enter sends, Shift+Enter starts a line, Esc stops, ↑ brings the last message back</span><a href="openapi.json">openapi.json</a></div>
<script src="try.js"></script>
</body>
</html>
`;
