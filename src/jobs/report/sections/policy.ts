import { formatPercent, plural } from '../../../base/format.ts';
import type { PolicyResults, RuleResult } from '../../../store/policy.ts';
import { html, type Html } from '../html.ts';

/** How often the organisation's own rules are broken. */
export function policySection(policy: PolicyResults | undefined): Html | undefined {
  if (policy === undefined) return undefined;
  const { rules, prompts, judge } = policy;
  return html`<section>
    <h2>Your own rules</h2>
    <p class="soft">
      Shares of answers to ${plural(prompts, 'prompts')} that break a
      rule${judge !== undefined && `; judged by ${judge} where no program can`}. Intervals are 95 %.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col" class="number">Before</th>
          <th scope="col" class="number">After</th>
        </tr>
      </thead>
      <tbody>
        ${rules.map(row)}
      </tbody>
    </table>
  </section>`;
}

function row({ name, broken, unjudged, examples }: RuleResult): Html {
  const before = broken?.before === undefined ? '–' : formatPercent(broken.before.value);
  const after = broken === undefined ? '–' : formatPercent(broken.after.value);
  const ends = broken && `${formatPercent(broken.after.low!)} to ${formatPercent(broken.after.high!)}`;
  return html`<tr>
    <th scope="row">
      ${name}${unjudged > 0 && html`<small>${plural(unjudged, 'answers')} not judged</small>`}
      ${
        examples.length > 0 &&
        html`<details>
          <summary>Answers that break it</summary>
          ${examples.map(({ prompt, answer }) => html`<p><small>${prompt}</small>${answer}</p>`)}
        </details>`
      }
    </th>
    <td class="number">${before}</td>
    <td class="number">${after}<small>${ends}</small></td>
  </tr>`;
}
