import { useEffect, useState } from 'preact/hooks';
import { read } from './api.ts';
import { feedbackText } from './feedback-text.ts';
import type { WholeAnswer } from '../../serving/endpoints/answers.ts';

/** The whole answer, to be rated. */
export function Detail({ id }: { id: string }) {
  const [answer, setAnswer] = useState<WholeAnswer>();
  const [trouble, setTrouble] = useState<string>();
  const show = () =>
    read<WholeAnswer>(`v1/attune/answers/${encodeURIComponent(id)}`).then(setAnswer, (error: unknown) =>
      setTrouble((error as Error).message),
    );
  useEffect(() => void show(), []);
  if (trouble !== undefined) return <p class="error">{trouble}</p>;
  if (answer === undefined) return null;
  const { prompt } = answer;
  const asked = Array.isArray(prompt)
    ? (prompt as { role: string; content: unknown }[]).map(({ role, content }) => [role, content])
    : [['Question', prompt]];
  const parts = [
    ...asked,
    ['Answer', answer.answer ?? answer.label],
    ...answer.feedback.map((one) => ['Feedback', feedbackText(one)]),
  ];
  return (
    <div>
      {parts
        .filter(([, content]) => content !== null && content !== undefined)
        .map(([title, content], at) => (
          <div key={at}>
            <h3>{String(title)}</h3>
            <div class="text long sunk">{typeof content === 'string' ? content : JSON.stringify(content, null, 2)}</div>
          </div>
        ))}
      <p class="soft small">{id}</p>
      <Rate answer={answer} onSaved={() => void show()} />
    </div>
  );
}

const THUMBS = { up: 'Good', down: 'Bad' } as const;
type Thumb = keyof typeof THUMBS;

/** Sends feedback like any client. */
function Rate({ answer: { id, label }, onSaved }: { answer: WholeAnswer; onSaved(): void }) {
  const [score, setScore] = useState<Thumb>();
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const isClass = label !== null;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement);
    const given = (name: string) => String(typed.get(name)).trim() || undefined;
    const [, completion, choice = '0'] = /^(.*?)(?:#(\d+))?$/s.exec(id)!;
    const right = { [isClass ? 'label' : 'correction']: given('right') };
    const body = {
      completion_id: completion,
      choice_index: Number(choice),
      score,
      ...right,
      comment: given('comment'),
    };
    setBusy(true);
    try {
      await read('v1/attune/feedback', body);
      onSaved();
    } catch (error) {
      setTrouble((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <label class="field">
        {isClass ? 'Right class' : 'What the answer should have been'}
        {isClass ? <input name="right" /> : <textarea name="right" />}
      </label>
      <label class="field">
        Comment
        <input name="comment" />
      </label>
      <div class="row">
        {(Object.keys(THUMBS) as Thumb[]).map((thumb) => (
          <button
            key={thumb}
            type="button"
            class="quiet"
            aria-pressed={score === thumb}
            onClick={() => setScore(score === thumb ? undefined : thumb)}
          >
            {THUMBS[thumb]}
          </button>
        ))}
        <button disabled={isBusy}>Save</button>
        {trouble !== '' && <span class="error">{trouble}</span>}
      </div>
    </form>
  );
}
