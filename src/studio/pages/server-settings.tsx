import { useEffect, useRef } from 'preact/hooks';
import { apiKey, isKeyWanted } from './api.ts';
import type { Model, Settings } from './ways-to-ask.ts';

const QUESTIONS = 'Is it late?\nQueue: billing | sales\nUrgency: low < medium < high';

interface OptionsOptions {
  settings: Settings;
  model?: Model;
  onChange(settings: Settings): void;
  onKey(): void;
}

/** Settings that apply to all requests. */
export function Options({ settings, model, onChange, onKey }: OptionsOptions) {
  const bind = (name: keyof Settings) => ({
    value: settings[name],
    onInput: (event: { currentTarget: { value: string } }) =>
      onChange({ ...settings, [name]: event.currentTarget.value }),
  });
  const system = model?.defaults?.system === undefined ? 'none' : 'as in training';
  return (
    <form class="options" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        System prompt
        <textarea rows={2} placeholder={system} {...bind('system')} />
      </label>
      <label class="field">
        Typed questions, one per line, instead of an answer in words
        <textarea rows={2} placeholder={QUESTIONS} {...bind('questions')} />
      </label>
      <label class="field">
        Form of the answer: choices, a regular expression between slashes, or a JSON schema
        <textarea rows={2} placeholder="yes | no" {...bind('constraint')} />
      </label>
      <div class="row">
        <label>
          Temperature <input type="number" min="0" max="2" step="0.1" {...bind('temperature')} />
        </label>
        <label>
          top_p <input type="number" min="0" max="1" step="0.05" {...bind('top_p')} />
        </label>
        <label>
          Longest answer, in tokens{' '}
          <input type="number" min="1" step="1" placeholder="no limit" {...bind('max_tokens')} />
        </label>
        <KeyField onKey={onKey} />
      </div>
    </form>
  );
}

/** API key for requests, stored only in this page. */
export function KeyField({ onKey }: { onKey(): void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => isKeyWanted.subscribe((isWanted) => isWanted && field.current?.focus()), []);
  return (
    <label>
      API key{' '}
      <input
        ref={field}
        type="password"
        autocomplete="off"
        placeholder="where one is needed"
        size={14}
        value={apiKey.value}
        onChange={(event) => {
          apiKey.value = event.currentTarget.value;
          isKeyWanted.value = false;
          onKey();
        }}
      />
    </label>
  );
}
