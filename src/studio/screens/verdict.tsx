import { useEffect, useState } from 'preact/hooks';
import { formatNumber } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import type { Comparison } from '../../store/results.ts';
import { failureOf, get, type Failure } from '../client.ts';
import { Fault } from '../parts/fault.tsx';

const WORDS = { better: 'Better', 'not-better': 'Not better', unclear: 'Cannot tell yet' } as const;
const TONES = { better: 'good', 'not-better': 'bad', unclear: 'fair' } as const;

type Judged = Comparison & { conclusion: { outcome: keyof typeof WORDS; advice: string } };

/** Whether the result is worth using, in words, with the systems that it was measured against. */
export function Verdict({ run }: { run: string }) {
  const [found, setFound] = useState<{ comparison?: Judged }>();
  const [failure, setFailure] = useState<Failure>();
  const query = `run=${encodeURIComponent(run)}`;
  useEffect(() => {
    get<{ comparison?: Judged }>(`/api/run/comparison?${query}`).then(setFound, (error: unknown) =>
      setFailure(failureOf(error)),
    );
  }, [run]);
  if (failure !== undefined) return <Fault failure={failure} />;
  if (found === undefined) return null;
  const report = (
    <p>
      <a href={`/api/run/report?${query}`} target="_blank" rel="noopener">
        The whole report
      </a>
      <span class="soft">: intervals, rows that changed, costs, curves; one file to forward</span>
    </p>
  );
  if (found.comparison === undefined)
    return (
      <section class="verdict fair">
        <h2>No verdict</h2>
        <p>There were no test rows, or the recipe asked for no comparison.</p>
        {report}
      </section>
    );
  const { conclusion, sentence } = found.comparison;
  return (
    <section class={`verdict ${TONES[conclusion.outcome]}`}>
      <h2>{WORDS[conclusion.outcome]}</h2>
      <p class="advice">{conclusion.advice}</p>
      <p class="soft small">{sentence}</p>
      <Systems comparison={found.comparison} />
      {report}
    </section>
  );
}

function Systems({ comparison: { metric, metrics, systems } }: { comparison: Judged }) {
  const shown = metrics.find(({ name }) => name === metric);
  const title = shown?.title ?? metric;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Systems compared">
      <table>
        <caption>
          {title} on the test rows, {shown?.better ?? 'higher'} is better
        </caption>
        <thead>
          <tr>
            <th>System</th>
            <th class="number">{title}</th>
            <th class="number">95 % interval</th>
          </tr>
        </thead>
        <tbody>
          {systems
            .filter(({ kind }) => kind !== 'variant')
            .map(({ name, title: system, values, note }) => {
              const value = entryOf(values, metric);
              return (
                <tr key={name}>
                  <th>
                    {system}
                    {note !== undefined && <small>{note}</small>}
                  </th>
                  <td class="number">{value === undefined ? '–' : formatNumber(value.value, 3)}</td>
                  <td class="number">
                    {value?.low !== undefined && value.high !== undefined
                      ? `${formatNumber(value.low, 3)} to ${formatNumber(value.high, 3)}`
                      : '–'}
                  </td>
                </tr>
              );
            })}
        </tbody>
      </table>
    </div>
  );
}
