import { formatCount, formatNumber } from '../../base/format.ts';
import { isCheapFolder } from '../../eval/baselines/cheap-names.ts';
import { correctedP } from '../../eval/compare/correction.ts';
import { keepableCheap, keepSentence } from '../../eval/compare/keep-cheap.ts';
import type { Comparison, Difference } from '../../store/results.ts';
import { html, type Html } from '../html.ts';
import { adviceText } from '../../train/course.ts';
import type { RunReport } from '../run-report.ts';
import { neverPredicted } from './classes.ts';
import { intervalText, outcomeBadge, titleOf } from './outcome.ts';
import { wordingLines } from './wording.ts';

const VERDICTS = {
  better: { tone: 'good', word: 'Better than anything it was compared with' },
  'no-evidence': { tone: 'fair', word: 'No evidence that it is better' },
  worse: { tone: 'bad', word: 'Worse than what it was compared with' },
} as const;

/** Whether it helped, in plain words: against whom, by how much, how sure, and where it loses. */
export function verdictBox({ baseRemark, comparison, run, wording }: RunReport): Html | undefined {
  if (comparison !== undefined) {
    const { tone, word } = VERDICTS[comparison.verdict];
    return html`<div class="verdict ${tone}">
      <p class="word">${word}</p>
      <p>${comparison.sentence}</p>
      ${wordingLines({ run, wording, baseRemark })} ${neverPredicted(comparison)} ${keepable(comparison, run)}
      ${againstEach(comparison)} ${losses(comparison)} ${changedRows(comparison)} ${advice(run)}
    </div>`;
  }
  if (run.status !== 'finished') return undefined;
  return html`<div class="verdict fair">
    <p class="word">Not compared with its base model</p>
    <p>A lower loss alone does not say that the answers are better.</p>
    ${advice(run)}
  </div>`;
}

/** What to change, where the losses have not settled. */
function advice({ advice: found, name }: RunReport['run']): Html | undefined {
  return found && html`<p class="small"><b>How it learned:</b> ${adviceText(found, name)}.</p>`;
}

/** How to have the cheap system that is no worse. */
function keepable(comparison: Comparison, { folder, result }: RunReport['run']): Html | undefined {
  const cheap = keepableCheap(comparison, result !== undefined && isCheapFolder(result));
  if (cheap === undefined) return undefined;
  const command = `attune train ${folder}/recipe.json --model ${cheap.model} --output-dir ${folder}-${cheap.model}`;
  return html`<p>${keepSentence(cheap, '')}<code>${command}</code></p>`;
}

/** One line a rival, where the sentence above cannot speak of all. */
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
          ${outcomeBadge(one.verdict)}<span
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

/** Where it is worse than another system, other than in the lines above. */
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
