import { useState } from 'preact/hooks';
import type { UseCaseName } from '../../app/use-cases/index.ts';
import { Action } from './actions.tsx';

interface Tool {
  note?: string;
  /** Initial values of the form. */
  given?: Readonly<Record<string, string>>;
}

/** Use cases that belong to a screen, each with its form. */
export function Tools({ title, tools }: { title: string; tools: Partial<Record<UseCaseName, Tool>> }) {
  return (
    <section>
      <h2>{title}</h2>
      {Object.entries(tools).map(([name, { note, given }]) => (
        <One key={name} name={name} note={note} given={given} />
      ))}
    </section>
  );
}

/** Renders the form only when it is opened. */
function One({ name, note, given }: Tool & { name: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <b>{name}</b>
        {note !== undefined && `: ${note}`}
      </summary>
      {isOpen && <Action name={name} given={given} isPart />}
    </details>
  );
}
