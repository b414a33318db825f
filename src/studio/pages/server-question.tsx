import { useRef, useState } from 'preact/hooks';
import type { Asked, Model } from './ways-to-ask.ts';

interface QuestionOptions {
  model?: Model;
  /** The latest message. */
  last?: string;
  isBusy: boolean;
  /** @returns whether all models answered */
  onAsk(question: string, row?: Asked['row']): Promise<boolean>;
  onStop(): void;
}

/** Input for a message, or a field for each column of a row. */
export function Question({ model, last, isBusy, onAsk, onStop }: QuestionOptions) {
  const [typed, setTyped] = useState('');
  const form = useRef<HTMLFormElement>(null);
  const columns = model?.columns;
  const submit = async (event: Event) => {
    event.preventDefault();
    const given = Object.entries(Object.fromEntries(new FormData(form.current!)) as Record<string, string>);
    const row =
      columns &&
      Object.fromEntries(given.map(([name, value]) => [name, value.trim()]).filter(([, value]) => value !== ''));
    const told =
      row &&
      Object.entries(row)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n');
    const question = told ?? typed.trim();
    if (question === '' || model === undefined || isBusy) return;
    setTyped('');
    const isAnswered = await onAsk(question, row);
    if (!isAnswered && row === undefined) setTyped((now) => now || question);
    if (document.activeElement === document.body) document.querySelector<HTMLElement>('#question')?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.current!.requestSubmit();
    }
    if (event.key === 'ArrowUp' && typed === '' && last !== undefined) {
      event.preventDefault();
      setTyped(last);
    }
  };
  return (
    <form ref={form} class="ask" onSubmit={(event) => void submit(event)}>
      {columns?.map((name) => (
        <label key={name}>
          {name} <input name={name} autocomplete="off" />
        </label>
      ))}
      {columns === undefined && (
        <textarea
          id="question"
          rows={1}
          aria-label="Message"
          required
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={onKey}
        />
      )}
      <div class="row">
        <button id="send" hidden={isBusy}>
          Send
        </button>
        <button id="stop" type="button" hidden={!isBusy} onClick={onStop}>
          Stop
        </button>
        <span class="soft small">
          Enter sends, Shift+Enter starts a line, Esc stops, ↑ brings the last message back
        </span>
        <a href="openapi.json">openapi.json</a>
      </div>
    </form>
  );
}
