import { basename, isAbsolute } from 'node:path';
import { formatCount, formatNumber, plural } from '../../../base/format.ts';
import { copyingNote } from '../../../evaluation/compare/answer-notes.ts';
import { conclusionOf } from '../../../evaluation/compare/conclusion.ts';
import { correctedP } from '../../../evaluation/compare/correction.ts';
import { glossaryOf } from '../../../evaluation/compare/glossary.ts';
import { keepableSystem } from '../../../evaluation/compare/keep-system.ts';
import { displayPath } from '../../../files/find-files.ts';
import type { Comparison, Difference } from '../../../store/results.ts';
import { html, type Html } from '../html.ts';
import { adviceText } from '../../../training/course.ts';
import type { RunReport } from '../run-report.ts';
import { neverPredicted } from './classes.ts';
import { differenceBadge, intervalText, OUTCOMES, titleOf } from './outcome.ts';
import { wordingLines } from './wording.ts';

/** Whether training helped and what to do, in plain words; rivals and confidence are one click away. */
export function verdictBox({ baseRemark, comparison, run, wording }: RunReport): Html | undefined {
  if (comparison !== undefined) {
    const { outcome, advice: told } = conclusionOf(comparison);
    const { tone, word } = OUTCOMES[outcome];
    return html`<div class="verdict ${tone}">
      <p class="word">${word}</p>
      <p>${told}</p>
      ${wordingLines({ run, comparison, wording, baseRemark })} ${costOfErrors(comparison)}
      ${neverPredicted(comparison)} ${copying(comparison)} ${keepable(comparison, run)} ${advice(run)}
      ${figures(comparison)}
    </div>`;
  }
  if (run.status !== 'finished') return undefined;
  return html`<div class="verdict fair">
    <p class="word">Not compared with its base model</p>
    <p>A lower loss alone does not mean that the answers are better.</p>
    ${advice(run)}
  </div>`;
}

/** Suggested changes, if the losses have not converged. */
function advice({ advice: found, name }: RunReport['run']): Html | undefined {
  return found && html`<p class="small"><b>How it learned:</b> ${adviceText(found, name)}.</p>`;
}

/** Command for keeping the recommended system, run from the original working folder. */
function keepable(comparison: Comparison, { folder, model: base }: RunReport['run']): Html | undefined {
  const shown = displayPath(folder, process.cwd());
  const short = isAbsolute(shown) ? basename(folder) : shown;
  const model = keepableSystem(comparison, { model: base, run: short });
  if (model === undefined) return undefined;
  return html`<p class="small">
    To use it:
    <code
      >attune train ${short}/recipe.json --model ${model} --output-dir
      ${short}-${model.replaceAll(/[^\w.-]+/g, '-')}</code
    >
  </p>`;
}

/** In the recipe's currency. */
function costOfErrors({ rows, systems }: Comparison): Html | undefined {
  const costs = systems.flatMap(({ title, cost }) => (cost === undefined ? [] : [`${title} ${formatNumber(cost)}`]));
  if (costs.length === 0) return undefined;
  return html`<p class="losses"><b>Wrong answers cost</b> on these ${plural(rows, 'rows')}: ${costs.join(', ')}.</p>`;
}

/** Reported if systems differ in copying, which matters more than overlap. */
function copying(comparison: Comparison): Html | undefined {
  const note = copyingNote(comparison);
  return note === undefined ? undefined : html`<p class="losses">N${note.slice(1)}.</p>`;
}

/** Details for readers who want to know how certain the verdict is. */
function figures(comparison: Comparison): Html {
  return html`<details class="figures printed">
    <summary>How sure is that?</summary>
    <p>${comparison.sentence}</p>
    ${againstEach(comparison)} ${losses(comparison)} ${changedRows(comparison)}
    <dl class="glossary small">
      ${glossaryOf(comparison).map(
        ({ term, meaning }) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${meaning}</dd>
          </div>`,
      )}
    </dl>
  </details>`;
}

/** One line per rival, if the summary cannot cover all of them. */
function againstEach(comparison: Comparison): Html | undefined {
  const { differences, metric, rivals } = comparison;
  const ofRivals = differences
    .filter((one) => one.metric === metric && rivals.includes(one.against))
    .toSorted((a, b) => a.estimate - b.estimate);
  if (ofRivals.length < 2) return undefined;
  return html`<ul class="against small">
    ${ofRivals.map(
      (one) =>
        html`<li>
          ${differenceBadge(comparison, one)}<span
            >against <b>${titleOf(comparison, one.against)}</b>: ${byHowMuch(one, comparison)}</span
          >
        </li>`,
    )}
  </ul>`;
}

function byHowMuch(difference: Difference, comparison: Comparison): string {
  const { estimate } = difference;
  const way = estimate > 0 ? 'better' : estimate < 0 ? 'worse' : 'no different';
  const size = estimate === 0 ? '' : ` by ${formatNumber(Math.abs(estimate), 3)}`;
  return `${way}${size} (${intervalText(difference)}; ${correctedP(comparison, difference)})`;
}

const MOST_LOSSES = 5;

/** Losses to other systems on metrics not covered above. */
function losses(comparison: Comparison): Html | undefined {
  const { differences, metric, metrics, rivals } = comparison;
  const isTold = (one: Difference) => one.metric === metric && rivals.includes(one.against);
  const lost = differences.filter((one) => one.verdict === 'worse' && !isTold(one));
  if (lost.length === 0) return undefined;
  const told = lost.slice(0, MOST_LOSSES).map(({ against, estimate, metric: name }) => {
    const title = metrics.find((one) => one.name === name)?.title ?? name;
    return `${title} against ${titleOf(comparison, against)} (by ${formatNumber(Math.abs(estimate), 3)})`;
  });
  const rest = lost.length > MOST_LOSSES ? `, and ${formatCount(lost.length - MOST_LOSSES)} more below` : '';
  return html`<p class="losses small"><b>It loses</b> by ${told.join(', ')}${rest}.</p>`;
}

function changedRows(comparison: Comparison): Html | undefined {
  const { against, better, worse } = comparison.flips;
  if (against === '' || better.length + worse.length === 0) return undefined;
  return html`<p class="losses small">
    Row by row against ${titleOf(comparison, against)}: ${formatCount(better.length)} answered better,
    ${formatCount(worse.length)} worse, ${formatCount(comparison.rows - better.length - worse.length)} equally well.
  </p>`;
}
