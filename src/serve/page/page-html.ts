/** The page to try the server: a form, and what was said. Everything is written as text, never as markup. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>attune</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; }
header { display: flex; gap: .75rem; flex-wrap: wrap; align-items: end; }
h1 { font-size: 1.2rem; margin: 0 auto 0 0; }
label { display: grid; gap: .2rem; font-size: .85rem; }
select, input, textarea, button { font: inherit; padding: .4rem .6rem; border: 1px solid #8886; border-radius: .4rem; }
#said { min-height: 12rem; padding: 0; list-style: none; }
#said li { margin: .75rem 0; padding: .5rem .75rem; border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
#said .user { background: #8882; margin-left: 3rem; }
#said .assistant { border: 1px solid #8884; margin-right: 3rem; }
#said .error { color: #b00020; border: 1px solid currentcolor; }
@media (prefers-color-scheme: dark) { #said .error { color: #ff8a9a; } }
#ask { display: flex; gap: .5rem; }
textarea { flex: 1; resize: vertical; }
footer { margin-top: 1rem; font-size: .85rem; }
:focus-visible { outline: 2px solid #3b82f6; outline-offset: 2px; }
</style>
</head>
<body>
<header>
<h1>attune</h1>
<label>Model <select id="model"></select></label>
<label>Temperature <input id="temperature" type="number" min="0" max="2" step="0.1" value="0.7" size="4"></label>
<form id="who"><label>Key <input id="key" type="password" autocomplete="off" placeholder="where one is needed"></label></form>
</header>
<main>
<ul id="said" aria-live="polite"></ul>
<form id="ask">
<textarea id="question" rows="2" aria-label="Message" required></textarea>
<button id="send">Send</button>
<button id="stop" type="button" hidden>Stop</button>
</form>
</main>
<footer><button id="clear" type="button">Forget the conversation</button> <a href="openapi.json">API</a></footer>
<script src="try.js"></script>
</body>
</html>
`;
