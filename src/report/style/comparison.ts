/** Verdicts, intervals, confusion tables. */
export const COMPARISON_STYLE = `
.badge { display: inline-block; border-radius: 20px; padding: 0 9px; font-size: 12.5px; font-weight: 600; white-space: nowrap; }
.verdict .against { margin: 10px 0 0; padding: 0; list-style: none; }
.verdict .against li { margin-top: 5px; color: var(--ink); display: grid; grid-template-columns: 112px 1fr; align-items: baseline;
  justify-items: start; gap: 10px; }
.verdict .badge { background: var(--panel); }
.verdict .against b { font-weight: 600; } .verdict .losses { margin-top: 10px; }
caption { text-align: left; color: var(--soft); font-size: 13px; position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
td small, th small { display: block; font-size: 12px; font-weight: 400; color: var(--soft); white-space: normal; } td.number small { white-space: nowrap; }
.forest { margin-top: 16px; } .forest th, .forest td { vertical-align: middle; padding-top: 8px; padding-bottom: 8px; }
.forest thead th, .forest tfoot td { vertical-align: bottom; }
.forest tbody th { width: 22%; overflow-wrap: anywhere; }
.forest .picture-cell { width: 38%; padding-left: 4px; }
.forest .sides { display: flex; justify-content: space-between; gap: 12px; } .forest tfoot td { border: 0; padding-top: 0; padding-bottom: 0; }
.forest tbody tr:last-child > * { border-bottom: 1px solid var(--rule); }
.track { position: relative; height: 22px; }
.track::before { content: ""; position: absolute; left: var(--zero); top: -9px; bottom: -9px; border-left: 1px dashed var(--quiet); }
.reach { position: absolute; left: var(--low); width: calc(var(--high) - var(--low)); top: 5px; height: 12px; border: solid var(--ink); border-width: 0 1.5px; }
.reach::after { content: ""; position: absolute; left: 0; right: 0; top: 5px; border-top: 2px solid var(--ink); }
.point { position: absolute; left: var(--at); top: 11px; width: 10px; height: 10px; margin: -5px 0 0 -5px; border: 5px solid; }
.point.better { color: var(--good); border-radius: 50%; }
.point.no-evidence { color: var(--fair); border-width: 2px; border-radius: 50%; background: var(--panel); }
.point.worse { color: var(--bad); transform: rotate(45deg) scale(0.95); }
.ticks { position: relative; height: 20px; }
.ticks span { position: absolute; transform: translateX(-50%); font-size: 12px; color: var(--soft); top: 2px; white-space: nowrap; }
.apart { margin-top: 22px; } details summary b { color: var(--ink); font-weight: 600; } details .forest { margin-top: 8px; } .notes { margin: 18px 0 0; }
.best { border-bottom: 2px solid var(--tone-1); padding-bottom: 1px; } thead small { font-weight: 400; }
.mixed { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), max-content)); gap: 0 34px; align-items: start; }
.mixed > .scroll { max-width: 100%; }
.confusion { width: auto; border-collapse: separate; border-spacing: 2px; }
.confusion th, .confusion td { border: 0; padding: 5px 10px; }
.confusion tbody th { padding-left: 0; max-width: 180px; overflow-wrap: anywhere; }
.confusion td { border-radius: 4px; min-width: 52px; }
.confusion .right { outline: 1.5px solid var(--ink); outline-offset: -1.5px; }
:root { --heat-1: #e3eafa; --heat-2: #bccff4; --heat-3: #8fb0ec; --heat-4: #3561c0; --heat-5: #1f4598; }
@media (prefers-color-scheme: dark) { :root { --heat-1: #222a3b; --heat-2: #2a3a5e; --heat-3: #324c86; --heat-4: #8fb0f5; --heat-5: #b4cbff; } }
.heat-1 { background: var(--heat-1); } .heat-2 { background: var(--heat-2); } .heat-3 { background: var(--heat-3); }
.heat-4, .heat-5 { color: var(--panel); } .heat-4 { background: var(--heat-4); } .heat-5 { background: var(--heat-5); }
`;
