import { useState } from 'preact/hooks';
import type { OpenReview } from '../../app/use-cases/review.ts';
import { SameIn } from '../parts/code.tsx';
import { Fault } from '../parts/fault.tsx';
import { Progress } from '../parts/progress.tsx';
import { useCall } from '../parts/use-call.ts';
import { Tools } from './tools.tsx';

/** Opens blind pages for people who judge pairs of answers, and reads what they chose. */
export function Reviews({ pairs = '' }: { pairs?: string }) {
  const [target, setTarget] = useState(pairs);
  const [names, setNames] = useState('');
  const call = useCall<OpenReview>('review');
  const reviewer = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const submit = (event: Event) => {
    event.preventDefault();
    call.start({ pairs: target, ...(reviewer.length > 0 && { reviewer }) });
  };
  return (
    <>
      <h1 tabIndex={-1}>Review</h1>
      <section>
        <h2>Which answers are better?</h2>
        <p>People see two answers to the same prompt and choose, without knowing whose they are.</p>
        <form onSubmit={submit}>
          <label class="field">
            Run, comparison or file of pairs
            <input required value={target} onInput={(event) => setTarget(event.currentTarget.value)} />
          </label>
          <label class="field">
            Names of reviewers, separated by commas (empty: one page)
            <input value={names} onInput={(event) => setNames(event.currentTarget.value)} />
          </label>
          <button disabled={call.isRunning}>Open the pages</button>
        </form>
        {call.result === undefined && <Progress call={call} label="Reading the pairs" />}
        {call.failure && <Fault failure={call.failure} />}
        {call.isRunning && call.result && (
          <ul>
            {call.result.pages.map(({ reviewer: name, pairs: count, url }) => (
              <li key={url}>
                <a href={url} target="_blank" rel="noopener">
                  {name}
                </a>
                : {count} pairs
              </li>
            ))}
          </ul>
        )}
        {call.isRunning && call.result && (
          <button type="button" class="quiet" onClick={() => call.stop()}>
            Close the pages
          </button>
        )}
        {call.state && <SameIn {...call.state} />}
      </section>
      <Tools
        title="What they chose"
        tools={{
          'review results': { note: 'win rates with intervals, agreement', given: { pairs: target } },
          'review sign': { note: 'sign a result off' },
          'review verify': { note: 'check the chain of sign-offs' },
          'review import': { note: 'choices made in another tool' },
        }}
      />
    </>
  );
}
