import type { DescribedUseCase } from '../../app/studio/described-use-cases.ts';
import { Words } from '../parts/code.tsx';
import { kindOf, type Schema } from './form-input.ts';

interface FieldOptions {
  field: DescribedUseCase['fields'][number];
  /** Use case of the form, since a screen may have several forms. */
  form: string;
  schema: Schema;
  value: string | boolean | undefined;
  problem?: string;
  onValue(value: string | boolean): void;
}

/** One field of a form. */
export function Field({
  field: { name, title, summary, isRequired, switchesTo },
  form,
  schema,
  value,
  problem,
  onValue,
}: FieldOptions) {
  const kind = kindOf(schema);
  const id = `field-${form.replaceAll(' ', '-')}-${name}`;
  const about = `${id}-about`;
  if (kind === 'switch')
    return (
      <label class="switch">
        <input
          type="checkbox"
          checked={value === switchesTo}
          onChange={(event) => onValue(event.currentTarget.checked ? switchesTo : '')}
        />{' '}
        {title}{' '}
        <span class="soft small">
          <Words text={summary} />
        </span>
      </label>
    );
  const text = typeof value === 'string' ? value : '';
  const shared = { id, 'aria-describedby': about, required: isRequired, 'aria-invalid': problem !== undefined };
  return (
    <div class="field">
      <label for={id}>
        {title}
        {isRequired && <span class="soft"> (required)</span>}
      </label>
      {kind === 'choice' ? (
        <select {...shared} value={text} onChange={(event) => onValue(event.currentTarget.value)}>
          <option value="" />
          {schema.enum!.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : kind === 'lines' || kind === 'json' ? (
        <textarea
          {...shared}
          rows={kind === 'json' ? 3 : 2}
          value={text}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      ) : (
        <input
          {...shared}
          inputMode={kind === 'number' ? 'decimal' : undefined}
          value={text}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
      <p id={about} class="soft small">
        <Words text={summary} />
        {kind === 'lines' && '; one a line'}
        {kind === 'json' && '; as JSON'}
        {problem !== undefined && <span class="warn"> {problem}</span>}
      </p>
    </div>
  );
}
