import { useEffect, useState } from 'preact/hooks';
import type { AnswerList } from '../../serving/endpoints/answers.ts';
import { Called } from '../parts/progress.tsx';
import { useCall } from '../parts/use-call.ts';
import { feedbackText } from '../pages/feedback-text.ts';
import { Action } from './actions.tsx';

/** Served answers, which people rate and correct here. */
export function ServedAnswers({ input }: { input: Readonly<Record<string, unknown>> }) {
  const list = useCall<AnswerList>('answers list');
  const [rated, rate] = useState<string>();
  const renew = () => {
    rate(undefined);
    list.start(input);
  };
  useEffect(renew, []);
  const answers = list.result?.data;
  return (
    <>
      <Called call={list} label="Reading the answers" />
      {answers?.length === 0 && <p class="soft">No answers without feedback.</p>}
      {answers?.map(({ id, asked, said, label, flags, feedback }) => (
        <article key={id} class="kept">
          <p class="soft short">{asked ?? 'The question is not kept.'}</p>
          <p class="said short">{said ?? label ?? 'The answer is not kept.'}</p>
          <p class="soft small">{[...flags, ...feedback.map(feedbackText)].join(' · ')}</p>
          <button
            type="button"
            class="quiet"
            aria-expanded={rated === id}
            aria-label={`Rate or correct ${id}`}
            onClick={() => rate(rated === id ? undefined : id)}
          >
            Rate or correct
          </button>
          {rated === id && (
            <Action
              name="answers rate"
              given={{ id }}
              only={['thumb', label === null ? 'correction' : 'label', 'comment']}
              button="Save"
              isPart
              onResult={renew}
            />
          )}
        </article>
      ))}
    </>
  );
}
