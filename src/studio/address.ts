import { signal } from '@preact/signals';

/** Parts of the address after `#/`, decoded. */
export const route = signal(read());

addEventListener('hashchange', () => {
  renew();
  // Moves the focus to the new screen, for keyboards and screen readers.
  requestAnimationFrame(() => document.querySelector<HTMLElement>('h1')?.focus());
});

/** Reads the current address again. */
export function renew(): void {
  route.value = read();
}

function read(): string[] {
  const parts = location.hash.replace(/^#\/?/, '').split('/');
  return parts.map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

export function linkTo(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

export function go(...parts: string[]): void {
  location.hash = linkTo(...parts);
}
