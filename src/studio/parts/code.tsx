import { useState } from 'preact/hooks';

const SHOWN = 1500;

/** Code with a button to copy it. */
export function Code({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN);
  };
  return (
    <figure class="code">
      <figcaption>
        {label}
        <button type="button" class="quiet" onClick={() => void copy()} aria-label={`Copy ${label}`}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </figcaption>
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}

/** The command and the program that are equivalent to a button. */
export function SameIn({ command, program }: { command: string; program: string }) {
  return (
    <details>
      <summary>The same in a terminal and in TypeScript</summary>
      <Code label="Terminal" text={command} />
      <Code label="TypeScript" text={program} />
    </details>
  );
}

/** A text in which backticks mark code. */
export function Words({ text }: { text: string }) {
  return <>{text.split('`').map((part, at) => (at % 2 === 0 ? part : <code key={at}>{part}</code>))}</>;
}
