import { SHARED_STYLE } from './shared.ts';

/** The page of served answers. Its script inserts all text by people or models as text, never as markup. */
export const ANSWERS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Answers · attune</title>
<link rel="icon" href="data:,">
<style>
${SHARED_STYLE}#filters, #alarms, main { padding: .6rem max(1rem, 50vw - 30rem); }
#filters { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; background: var(--soft); border-bottom: 1px solid var(--line); }
#search { flex: 1 1 14rem; min-width: 0; }
#filters input[name] { width: 9rem; }
#alarms[hidden], #more[hidden] { display: none; }
#alarms h2, .open h3 { font-size: .95rem; margin: .4rem 0; }
#alarms article, .kept { border-bottom: 1px solid var(--line); padding: .6rem 0; overflow-wrap: anywhere; }
#alarms p, .kept p { margin: .15rem 0; }
.about, #state { color: var(--quiet); font-size: .8rem; }
.flag { display: inline-block; border: 1px solid var(--bad); color: var(--bad); border-radius: .4rem; }
.flag { padding: 0 .35rem; margin-right: .3rem; font-size: .75rem; }
.asked { color: var(--quiet); display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
.said { display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
.open .text { background: var(--soft); border-radius: .5rem; padding: .5rem .8rem; max-height: 24rem; overflow-y: auto; }
.rate { display: grid; gap: .6rem; margin: .8rem 0; }
.rate div { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
.rate label { display: grid; gap: .2rem; }
.rate input, .rate textarea { width: 100%; }
button[aria-pressed=true] { border-color: var(--accent); color: var(--accent); }
.error { color: var(--bad); white-space: pre-wrap; }
</style>
</head>
<body>
<header>
<h1>Answers</h1>
<a href="./">Try</a>
</header>
<form id="filters">
<input id="search" type="search" placeholder="Question or answer contains …" aria-label="Search" maxlength="1000">
<label>Model <input name="model" autocomplete="off" placeholder="all"></label>
<label>Version <input name="version" autocomplete="off" placeholder="all"></label>
<label>Since <select name="since"><option value="">any time</option><option value="3600">an hour ago</option>
<option value="86400">a day ago</option><option value="604800">a week ago</option></select></label>
<label><input id="flagged" type="checkbox"> Flagged</label>
<label><input id="unrated" type="checkbox"> Without feedback</label>
<label id="alarm-label" hidden><input id="alarm" type="checkbox"> Examples of the alarm</label>
<label>API key <input id="key" type="password" autocomplete="off" placeholder="if required" size="14"></label>
<button class="main">Search</button>
</form>
<section id="alarms" aria-label="Alarms" hidden></section>
<main>
<p id="state" role="status"></p>
<div id="list"></div>
<button id="more" type="button" hidden>More</button>
</main>
<script src="answers.js"></script>
</body>
</html>
`;
