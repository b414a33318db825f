/** Answers side by side, their filters, and the box to ask for more. */
export const ANSWERS_STYLE = `
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
.sample[hidden] { display: none; }
.sample .about { margin-bottom: 8px; display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; }
.score { font-weight: 400; font-variant-numeric: tabular-nums; }
.controls { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; margin: 12px 0 14px; position: sticky; top: 0;
  background: var(--panel); padding: 8px 0; z-index: 1; }
.controls[hidden] { display: none; }
fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; } legend { position: absolute; clip-path: inset(50%); }
fieldset label { cursor: pointer; }
fieldset input { position: absolute; opacity: 0; }
fieldset span { display: block; padding: 4px 12px; border: 1px solid var(--rule); margin-left: -1px; font-size: 13.5px; }
fieldset label:first-of-type span { border-radius: 8px 0 0 8px; }
fieldset label:last-of-type span { border-radius: 0 8px 8px 0; }
fieldset b { font-weight: 400; color: var(--soft); }
fieldset input:checked + span { background: var(--ink); border-color: var(--ink); color: var(--panel); } fieldset input:checked + span b { color: inherit; }
:focus-visible, fieldset input:focus-visible + span { outline: 2px solid var(--tone-1); outline-offset: 2px; }
input[type="search"], textarea { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--quiet); border-radius: 8px;
  padding: 5px 10px; }
.search { font-size: 13.5px; color: var(--soft); }
button { font: inherit; font-weight: 600; color: var(--panel); background: var(--ink); border: 0; border-radius: 8px; padding: 6px 16px;
  cursor: pointer; }
button[disabled] { opacity: 0.5; cursor: default; }
.notice { border-radius: 8px; padding: 8px 12px; font-size: 13.5px; margin: 10px 0 0; }
.more { margin: 12px 0 0; }
.try { display: grid; gap: 8px; margin: 12px 0 16px; }
.try > label { font-size: 13.5px; color: var(--soft); }
textarea { width: 100%; resize: vertical; line-height: 1.5; }
.row { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; font-size: 13.5px; }
.row output { margin-left: 0; }
input[type="number"] { font: inherit; width: 84px; color: var(--ink); background: var(--page); border: 1px solid var(--quiet); border-radius: 8px;
  padding: 4px 8px; }
input[type="file"] { font: inherit; font-size: 13.5px; max-width: 100%; }
::file-selector-button { font: inherit; color: var(--ink); background: var(--sunk); border: 1px solid var(--quiet); border-radius: 8px;
  padding: 4px 12px; margin-right: 10px; cursor: pointer; }
.preview { max-width: min(240px, 100%); max-height: 240px; border-radius: 8px; justify-self: start; }
.preview[hidden] { display: none; }
.headline { font-size: 20px; font-weight: 650; margin: 2px 0 8px; overflow-wrap: anywhere; }
.bars { list-style: none; margin: 0 0 8px; padding: 0; display: grid; gap: 8px; }
.bars li { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; }
.bars .label { overflow-wrap: anywhere; min-width: 0; }
.bars .figure { font-variant-numeric: tabular-nums; }
.bars .length { grid-column: 1 / -1; height: 8px; border-radius: 4px; background: var(--sunk); overflow: hidden; }
.bars i { display: block; height: 100%; border-radius: 4px; background: var(--quiet); }
.bars .chosen { font-weight: 650; }
.bars .chosen i { background: var(--tone-1); }
.marked { line-height: 2; }
mark { color: inherit; background: var(--sunk); border-bottom: 2px solid var(--tone); border-radius: 4px 4px 0 0; padding: 1px 4px; }
mark small { color: var(--tone); font-weight: 600; font-size: 11px; margin-left: 6px; white-space: nowrap; }
.progress progress { width: 100%; height: 10px; accent-color: var(--tone-1); margin: 6px 0; display: block; } .following { margin: 12px 0 0; }
input[type="radio"] { accent-color: var(--tone-1); } .quiet { background: var(--sunk); color: var(--ink); } .live .said { min-height: 1.5em; }
`;
