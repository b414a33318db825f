/** Colours of all pages; `data-theme` on the root element overrules the system's choice of light or dark. */
export const PALETTE = `
:root { color-scheme: light dark;
  --page: light-dark(#f7f7f5, #141413); --panel: light-dark(#ffffff, #1c1c1a); --sunk: light-dark(#f1f0ec, #262623);
  --ink: light-dark(#1d1d1b, #ecebe6); --soft: light-dark(#5f5f5a, #a5a49c); --rule: light-dark(#e4e3de, #34332f);
  --tone-1: light-dark(#2459c9, #82a8ff); --tone-2: light-dark(#b8560b, #f2a65e); --tone-3: light-dark(#0f7a5f, #5fcfae);
  --quiet: light-dark(#8e8d86, #85847c); --good: light-dark(#14713d, #6fd697); --good-back: light-dark(#e5f4ea, #16301f);
  --fair: light-dark(#875300, #eec26d); --fair-back: light-dark(#fbf0d9, #35290f);
  --bad: light-dark(#b3261e, #ff9b92); --bad-back: light-dark(#fbe9e7, #3c1a17); }
:root[data-theme="light"] { color-scheme: light; } :root[data-theme="dark"] { color-scheme: dark; }
`;

/** The page: typography, tables, pictures. */
const PAGE_STYLE = `${PALETTE}* { box-sizing: border-box; } [hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.5; font-size: 15px;
  font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 27px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 0 0 4px; letter-spacing: -0.005em; }
h3 { font-size: 13.5px; margin: 0 0 4px; font-weight: 600; }
p { margin: 0 0 8px; } p, li, summary, figcaption, footer { overflow-wrap: anywhere; } a { color: var(--tone-1); }
.lead { color: var(--soft); margin-bottom: 20px; overflow-wrap: anywhere; }
.soft { color: var(--soft); } .small { font-size: 13px; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12.5px; }
section { background: var(--panel); border: 1px solid var(--rule); border-radius: 10px; padding: 20px 22px; margin-top: 18px; }
.status { display: inline-block; border-radius: 20px; padding: 1px 11px; font-size: 13px; font-weight: 600; vertical-align: 4px; margin-left: 8px; }
.good { color: var(--good); background: var(--good-back); } .fair { color: var(--fair); background: var(--fair-back); }
.bad { color: var(--bad); background: var(--bad-back); }
.verdict { border-radius: 10px; padding: 16px 22px; margin-top: 18px; } .verdict p { margin: 0; color: var(--ink); }
.verdict .word { font-size: 18px; font-weight: 650; color: inherit; margin-bottom: 2px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); background: var(--panel);
  border: 1px solid var(--rule); border-radius: 10px; overflow: hidden; margin: 18px 0 0; }
.tiles div { box-shadow: 1px 1px 0 var(--rule); padding: 12px 16px; } .tiles dt { color: var(--soft); font-size: 12.5px; }
.tiles dd { margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.tiles dd small { display: block; font-size: 12px; font-weight: 400; color: var(--soft); letter-spacing: 0; }
figure { margin: 14px 0 0; } figcaption { color: var(--soft); font-size: 13px; margin-bottom: 6px; } figcaption b { color: var(--ink); }
.scroll { overflow-x: auto; } .picture { display: block; width: 100%; height: auto; } .picture.narrow { display: none; max-width: 480px; }
.grid-2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr)); gap: 8px 28px; }
.grid-2 .picture { max-width: 560px; }
.grid-2.squares { grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 440px)); }
.picture text { font-size: 12px; fill: var(--ink); font-variant-numeric: tabular-nums; }
.picture .tick, .picture .label, .picture .note { fill: var(--soft); }
.grid { stroke: var(--rule); } .axis { stroke: var(--quiet); } .border, .mark { stroke: var(--quiet); stroke-dasharray: 2 3; }
.tone-1 { --tone: var(--tone-1); } .tone-2 { --tone: var(--tone-2); } .tone-3 { --tone: var(--tone-3); } .tone-quiet { --tone: var(--quiet); }
.line { fill: none; stroke: var(--tone); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.faint { fill: none; stroke: var(--tone); stroke-width: 1; opacity: 0.32; } .band { fill: var(--tone); opacity: 0.16; }
.dot { fill: var(--tone); stroke: var(--panel); stroke-width: 1.5; } .ring { fill: none; stroke: var(--ink); stroke-width: 1.5; }
.bar { fill: var(--tone); opacity: 0.85; } .whisker { stroke: var(--ink); stroke-width: 1.5; fill: none; }
.picture .end { fill: var(--tone); font-weight: 600; } .picture .end .value { font-weight: 400; fill: var(--ink); }
.picture .tone-1 .name, .picture .tone-1 .figure { font-weight: 650; }
.column rect { fill: transparent; } .shown { opacity: 0; pointer-events: none; } .column:hover .shown { opacity: 1; } .rule { stroke: var(--quiet); }
.picture .reading, .picture .note { paint-order: stroke; stroke: var(--panel); stroke-width: 5px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; margin-top: 10px; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
thead th { color: var(--soft); font-size: 12.5px; font-weight: 500; } tbody th { font-weight: 500; } tr:last-child > * { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; }
td.number:last-child, th.number:last-child { padding-right: 0; }
.chosen { font-weight: 650; }
.hash, .settings td, .settings th { overflow-wrap: anywhere; }
.hash { color: var(--soft); }
details { margin-top: 12px; } summary { cursor: pointer; color: var(--soft); font-size: 13px; }
pre { background: var(--sunk); border-radius: 8px; padding: 12px 14px; overflow-x: auto; margin: 8px 0 0; }
.settings { columns: 2; column-gap: 34px; }
.settings > div { break-inside: avoid; margin-bottom: 14px; }
.settings table { margin: 0; }
.settings th { width: 52%; color: var(--soft); font-weight: 400; }
.problems { margin: 8px 0 0; padding-left: 20px; } footer { color: var(--soft); font-size: 13px; margin-top: 24px; }
`;

/** Verdicts, intervals and confusion tables. */
const COMPARISON_STYLE = `
.badge { display: inline-block; border-radius: 20px; padding: 0 9px; font-size: 12.5px; font-weight: 600; white-space: nowrap; }
.verdict .against { margin: 10px 0 0; padding: 0; list-style: none; }
.verdict .against li { margin-top: 5px; color: var(--ink); display: grid; grid-template-columns: 112px 1fr; align-items: baseline;
  justify-items: start; gap: 10px; }
.verdict .badge { background: var(--panel); }
.verdict p.small { margin-top: 8px; } .verdict .figures p { margin-top: 8px; } .verdict summary { color: inherit; }
.glossary { margin: 12px 0 0; color: var(--ink); } .glossary div { margin-top: 3px; }
.glossary dt { display: inline; font-weight: 600; } .glossary dt::after { content: ": "; } .glossary dd { display: inline; margin: 0; }
.classes tbody th { overflow-wrap: anywhere; }
.verdict .against b { font-weight: 600; } .verdict .losses { margin-top: 10px; }
caption { text-align: left; color: var(--soft); font-size: 13px; position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
td small, th small { display: block; font-size: 12px; font-weight: 400; color: var(--soft); white-space: normal; } td.number small { white-space: nowrap; }
.forest { margin-top: 16px; } .forest th, .forest td { vertical-align: middle; padding-top: 8px; padding-bottom: 8px; }
.forest thead th, .forest tfoot td { vertical-align: bottom; }
.forest tbody th { width: 22%; overflow-wrap: anywhere; }
.forest .picture-cell { width: 38%; padding-left: 4px; }
.forest .sides { display: flex; justify-content: space-between; gap: 12px; } .forest tfoot td { border: 0; padding-top: 0; padding-bottom: 0; }
.forest tbody tr:last-child > * { border-bottom: 1px solid var(--rule); }
.track { display: block; width: 100%; height: 22px; overflow: visible; } .track .zero { stroke: var(--quiet); stroke-dasharray: 3 3; }
.reach { stroke: var(--ink); stroke-width: 2; } .point { stroke-width: 2; overflow: visible; }
.point.better { fill: var(--good); stroke: var(--good); } .point.worse { fill: var(--bad); stroke: var(--bad); }
.point.no-evidence { fill: var(--panel); stroke: var(--fair); }
.ticks { display: block; width: 100%; height: 20px; overflow: visible; } .ticks text { font-size: 12px; fill: var(--soft); text-anchor: middle; }
.apart { margin-top: 22px; } details summary b { color: var(--ink); font-weight: 600; } details .forest { margin-top: 8px; } .notes { margin: 18px 0 0; }
.best { border-bottom: 2px solid var(--tone-1); padding-bottom: 1px; } thead small { font-weight: 400; }
.mixed { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), max-content)); gap: 0 34px; align-items: start; }
.mixed > .scroll { max-width: 100%; }
.confusion { width: auto; border-collapse: separate; border-spacing: 2px; }
.confusion th, .confusion td { border: 0; padding: 5px 10px; }
.confusion tbody th { padding-left: 0; max-width: 180px; overflow-wrap: anywhere; }
.confusion td { border-radius: 4px; min-width: 52px; }
.confusion .right { outline: 1.5px solid var(--ink); outline-offset: -1.5px; }
:root { --heat-1: light-dark(#e3eafa, #222a3b); --heat-2: light-dark(#bccff4, #2a3a5e); --heat-3: light-dark(#8fb0ec, #324c86);
  --heat-4: light-dark(#3561c0, #8fb0f5); --heat-5: light-dark(#1f4598, #b4cbff); }
.heat-1 { background: var(--heat-1); } .heat-2 { background: var(--heat-2); } .heat-3 { background: var(--heat-3); }
.heat-4, .heat-5 { color: var(--panel); } .heat-4 { background: var(--heat-4); } .heat-5 { background: var(--heat-5); }
`;

/** Side-by-side answers, their filters, and the input box. */
const ANSWERS_STYLE = `
.sample { border-top: 1px solid var(--rule); padding: 16px 0; } .sample:last-child { padding-bottom: 0; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; } .long { max-height: 320px; overflow-y: auto; }
.prompt { background: var(--sunk); border-radius: 8px; padding: 10px 14px; margin-bottom: 12px; } .prompt.long { max-height: 190px; }
.file { margin: 0 0 12px; display: flex; gap: 12px; align-items: center; }
.file img { max-width: 128px; max-height: 128px; border-radius: 6px; }
.file figcaption { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr)); gap: 14px 22px; }
.answers h3 { color: var(--soft); }
.answers .match { color: var(--good); font-weight: 600; }
.answers > div { border-left: 3px solid var(--rule); padding-left: 12px; min-width: 0; }
.answers .wanted { border-color: var(--tone-3); } .answers .latest { border-color: var(--tone-1); }
.sample .about { margin-bottom: 8px; display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; }
.sample .about .badge { white-space: normal; }
.score { font-weight: 400; font-variant-numeric: tabular-nums; }
.controls { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; margin: 12px 0 14px; position: sticky; top: 0;
  background: var(--panel); padding: 8px 0; z-index: 1; }
fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; } legend { position: absolute; clip-path: inset(50%); }
fieldset label { cursor: pointer; }
fieldset input { position: absolute; opacity: 0; }
fieldset span { display: block; padding: 4px 12px; border: 1px solid var(--rule); margin-left: -1px; font-size: 13.5px; }
fieldset label:first-of-type span { border-radius: 8px 0 0 8px; }
fieldset label:last-of-type span { border-radius: 0 8px 8px 0; }
fieldset b { font-weight: 400; color: var(--soft); }
fieldset input:checked + span { background: var(--ink); border-color: var(--ink); color: var(--panel); } fieldset input:checked + span b { color: inherit; }
:focus-visible, fieldset input:focus-visible + span { outline: 2px solid var(--tone-1); outline-offset: 2px; }
input, select, textarea { font: inherit; color: var(--ink); background: var(--panel); border: 1px solid var(--quiet); border-radius: 8px;
  padding: 5px 10px; max-width: 100%; }
.search { font-size: 13.5px; color: var(--soft); }
button, .button { display: inline-block; font: inherit; font-weight: 600; color: var(--panel); background: var(--ink); border: 0;
  border-radius: 8px; padding: 6px 16px; cursor: pointer; }
button[disabled] { opacity: 0.5; cursor: default; }
.notice { border-radius: 8px; padding: 8px 12px; font-size: 13.5px; margin: 10px 0 0; }
.more { margin: 12px 0 0; }
.try { display: grid; gap: 8px; margin: 12px 0 16px; }
.try > label { font-size: 13.5px; color: var(--soft); }
textarea { width: 100%; resize: vertical; line-height: 1.5; }
.row { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; font-size: 13.5px; }
input[type="number"] { width: 84px; } input[type="file"] { font-size: 13.5px; }
::file-selector-button { font: inherit; color: var(--ink); background: var(--sunk); border: 1px solid var(--quiet); border-radius: 8px;
  padding: 4px 12px; margin-right: 10px; cursor: pointer; }
.preview { max-width: min(240px, 100%); max-height: 240px; border-radius: 8px; justify-self: start; }
.headline { font-size: 20px; font-weight: 650; margin: 2px 0 8px; overflow-wrap: anywhere; }
.bars { list-style: none; margin: 0 0 8px; padding: 0; display: grid; gap: 8px; }
.bars li { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; }
.bars .label { overflow-wrap: anywhere; min-width: 0; }
.bars .figure { font-variant-numeric: tabular-nums; }
.bars .chosen { font-weight: 650; }
.marked { line-height: 2; }
mark { --tone: var(--tone-3); color: inherit; background: var(--sunk); box-decoration-break: clone;
  border-bottom: 2px solid var(--tone); border-radius: 4px 4px 0 0; padding: 1px 4px; }
mark small { color: var(--tone); font-weight: 600; font-size: 11px; margin-left: 6px; white-space: nowrap; }
progress { width: 100%; height: 10px; accent-color: var(--tone-1); margin: 6px 0; display: block; }
input[type="radio"] { accent-color: var(--tone-1); } .quiet { background: var(--sunk); color: var(--ink); } .live .said { min-height: 1.5em; }
`;

/** Rules for phones and paper; last, so that they take precedence. */
const MEDIA_STYLE = `
@media screen and (max-width: 720px) { main { padding: 24px 14px; } section { padding: 16px; } .settings { columns: 1; }
  .picture.wide { display: none; } .picture.narrow { display: block; }
  .systems thead { position: absolute; clip-path: inset(50%); } .systems, .systems tbody { display: block; }
  .systems tr { display: grid; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); gap: 4px 12px; padding: 10px 0;
    border-bottom: 1px solid var(--rule); }
  .systems tr > * { border: 0; padding: 0; text-align: left; white-space: normal; }
  .systems th { grid-column: 1 / -1; }
  .systems td::before { content: attr(data-column); display: block; font-size: 12px; font-weight: 400; color: var(--soft); }
  .forest, .forest tbody, .forest tfoot { display: block; } .forest thead { display: none; }
  .forest tr { display: grid; grid-template: "name name" auto "badge badge" auto "mark mark" auto "value gap" auto / 1fr auto;
    column-gap: 12px; padding: 10px 0 8px; border-bottom: 1px solid var(--rule); }
  .forest tbody th, .forest tbody tr:last-child > *, .forest td, .forest td.number, .forest .picture-cell { border: 0; padding: 0; width: auto; }
  .forest tr > .number:nth-child(2) { text-align: left; }
  .forest tr > :nth-child(1) { grid-area: name; } .forest tr > :nth-child(2) { grid-area: value; } .forest tr > :nth-child(3) { grid-area: mark; }
  .forest tr > :nth-child(4) { grid-area: gap; text-align: right; } .forest tr > :nth-child(5) { grid-area: badge; }
  .verdict .against li { grid-template-columns: 1fr; gap: 2px; }
  .forest tfoot tr { padding: 0; border: 0; } .forest tfoot td:empty { display: none; } .forest .chosen .picture-cell { display: none; }
  .forest td.number:nth-child(4)::before { content: "difference "; color: var(--soft); font-size: 12.5px; } }
@media (min-width: 721px) { .systems tbody th { min-width: 11em; } }
@media print { @page { margin: 14mm; }
  :root { color-scheme: light; --page: #fff; --panel: #fff; --ink: #000; --soft: #444; --rule: #ccc; --sunk: #f1f0ec; --tone-1: #2459c9;
    --tone-2: #b8560b; --tone-3: #0f7a5f;
    --quiet: #777; --good: #14713d; --good-back: #e5f4ea; --fair: #7a4a00; --fair-back: #fbf0d9; --bad: #b3261e; --bad-back: #fbe9e7; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { background: none; font-size: 12px; } main { max-width: none; padding: 0; } h2 { break-after: avoid; }
  figure, .tiles, .verdict, .sample, tr { break-inside: avoid; } section { border: 0; border-top: 1px solid var(--rule); border-radius: 0; padding: 14px 0; }
  .column, .controls, .more, .live { display: none; } .long { max-height: none; } .scroll { overflow: visible; }
  details.printed:not([open])::details-content { content-visibility: visible; block-size: auto; } }
`;

/** The page's style, inlined so that it needs no network. */
export const STYLE = [PAGE_STYLE, COMPARISON_STYLE, ANSWERS_STYLE, MEDIA_STYLE].join('');
