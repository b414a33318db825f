import { formatCount, formatNumber, formatSigned, plural } from '../../../base/format.ts';
import type {
  CanaryExposure,
  LossGap,
  Membership,
  Memorised,
  Overfitting,
  ParaphraseLoss,
} from '../../../store/overfitting.ts';
import { intervalAxis, intervalMark, intervalScale } from '../chart/intervals.ts';
import { html, type Html } from '../html.ts';
import { intervalText } from './outcome.ts';

/** One measure: what is compared, and how much of it speaks of rows learnt by heart. */
interface Finding {
  title: string;
  rows: string;
  values: [first: string, second: string];
  excess: { estimate: number; low: number; high: number };
}

/** Whether the training learnt its rows by heart. */
export function overfittingSection(overfitting: Overfitting | undefined): Html | undefined {
  if (overfitting === undefined) return undefined;
  const { confidence, gap, memorised, paraphrases, membership, canaries } = overfitting;
  const findings = [
    ...(gap === undefined ? [] : [ofGap(gap)]),
    ...(paraphrases === undefined ? [] : [ofParaphrases('training rows', paraphrases.training)]),
    ...(paraphrases?.validation === undefined ? [] : [ofParaphrases('validation rows', paraphrases.validation)]),
    ...(memorised === undefined ? [] : [ofMemorised(memorised)]),
    ...(membership === undefined ? [] : [ofMembership(membership)]),
  ];
  if (findings.length === 0 && canaries === undefined) return undefined;
  return html`<section>
    <h2>What it learnt by heart</h2>
    <p class="soft">
      Above zero is what a model shows that knows its training rows by heart; losses are nats a token of the answer,
      intervals are ${formatNumber(confidence * 100)} %. Other words are made by rule, which costs any model something:
      what counts is how much more they cost the tuned model than its base on the same rows.
    </p>
    <table class="forest">
      <thead>
        <tr>
          <th scope="col">Measured</th>
          <th scope="col" class="number">Compared</th>
          <th scope="col"></th>
          <th scope="col" class="number">By heart</th>
        </tr>
      </thead>
      <tbody>
        ${findings.map(findingRow)}
      </tbody>
    </table>
    ${canaries !== undefined && exposure(canaries)}
    ${memorised !== undefined && memorised.examples.length > 0 && passages(memorised)}
  </section>`;
}

function ofGap({ training, validation, gap, low, high, trainingRows, validationRows }: LossGap): Finding {
  return {
    title: 'loss on validation rows above that on training rows',
    rows: `${formatCount(trainingRows)} and ${plural(validationRows, 'rows')}`,
    values: [`training ${formatNumber(training, 3)}`, `validation ${formatNumber(validation, 3)}`],
    excess: { estimate: gap, low, high },
  };
}

function ofParaphrases(set: string, { rows, base, tuned, excess, low, high }: ParaphraseLoss): Finding {
  const cost = ({ original, rephrased }: ParaphraseLoss['base']) => formatSigned(rephrased - original);
  return {
    title: `other words in the prompts of ${set}`,
    rows: `${plural(rows, 'rows')} that a rule could rephrase`,
    values: [`base ${cost(base)}`, `tuned ${cost(tuned)}`],
    excess: { estimate: excess, low, high },
  };
}

function ofMemorised({ order, rows, answers, expected, excess, low, high }: Memorised): Finding {
  return {
    title: `runs of ${order} words that occur in training rows`,
    rows: plural(rows, 'answers'),
    values: [`right answers ${formatNumber(expected, 3)}`, `its answers ${formatNumber(answers, 3)}`],
    excess: { estimate: excess, low, high },
  };
}

function ofMembership({ auc, low, high, trainingRows, otherRows }: Membership): Finding {
  return {
    title: 'training rows told from others by their loss (AUC above chance)',
    rows: `${formatCount(trainingRows)} and ${plural(otherRows, 'rows')}`,
    values: ['chance 0.5', `AUC ${formatNumber(auc, 3)}`],
    excess: { estimate: auc - 0.5, low: low - 0.5, high: high - 0.5 },
  };
}

/** Exposure of each planted code. */
function exposure({ exposures, base, most }: CanaryExposure): Html {
  return html`<h3>Planted codes</h3>
    <p class="soft">
      ${plural(exposures.length, 'rows')} with a random code were planted among the training rows. Exposure is how many
      of ${formatNumber(most)} bits of its rank among ${formatCount(2 ** most)} codes the model gives away: about 1.4 by
      chance, ${formatNumber(most)} where the code can be read out.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Code</th>
          <th scope="col" class="number">Base, bits</th>
          <th scope="col" class="number">This model, bits</th>
        </tr>
      </thead>
      <tbody>
        ${exposures.map(
          (bits, i) =>
            html`<tr>
              <th scope="row">${formatCount(i + 1)}</th>
              <td class="number">${formatNumber(base[i], 3)}</td>
              <td class="number"><b>${formatNumber(bits, 3)}</b></td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

/** Measures have units of their own, so each has its own scale. */
function findingRow({ title, rows, values: [first, second], excess }: Finding): Html {
  const scale = intervalScale([excess]);
  const kind = excess.low > 0 ? 'worse' : 'no-evidence';
  return html`<tr>
    <th scope="row">${title}<small>${rows}</small></th>
    <td class="number">${first}<small>${second}</small></td>
    <td class="picture-cell">${intervalMark({ ...excess, kind }, scale)}${intervalAxis(scale)}</td>
    <td class="number"><b>${formatSigned(excess.estimate)}</b><small>${intervalText(excess)}</small></td>
  </tr>`;
}

function passages({ examples }: Memorised): Html {
  return html`<details>
    <summary>Longest passages from training rows in its answers</summary>
    <ul>
      ${examples.map(({ id, text }) => html`<li>${text} <small>row ${id}</small></li>`)}
    </ul>
  </details>`;
}
