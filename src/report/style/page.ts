/** The page itself: colours in light and dark, type, tables, pictures. */
export const PAGE_STYLE = `
:root { color-scheme: light dark;
  --page: #f7f7f5; --panel: #ffffff; --ink: #1d1d1b; --soft: #5f5f5a; --rule: #e4e3de; --sunk: #f1f0ec;
  --tone-1: #2459c9; --tone-2: #b8560b; --tone-3: #0f7a5f; --quiet: #8e8d86;
  --good: #14713d; --good-back: #e5f4ea; --fair: #875300; --fair-back: #fbf0d9; --bad: #b3261e; --bad-back: #fbe9e7; }
@media (prefers-color-scheme: dark) { :root {
  --page: #141413; --panel: #1c1c1a; --ink: #ecebe6; --soft: #a5a49c; --rule: #34332f; --sunk: #262623;
  --tone-1: #82a8ff; --tone-2: #f2a65e; --tone-3: #5fcfae; --quiet: #85847c;
  --good: #6fd697; --good-back: #16301f; --fair: #eec26d; --fair-back: #35290f; --bad: #ff9b92; --bad-back: #3c1a17; } }
* { box-sizing: border-box; }
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
