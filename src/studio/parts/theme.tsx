import { useState } from 'preact/hooks';

const KEPT = 'attune-theme';
const THEMES = { '': 'same as system', light: 'light', dark: 'dark' } as const;

function setTheme(theme: string): void {
  if (theme === '') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Applies the stored theme before the first paint. */
export function restoreTheme(): void {
  setTheme(localStorage.getItem(KEPT) ?? '');
}

export function Theme() {
  const [theme, choose] = useState(localStorage.getItem(KEPT) ?? '');
  return (
    <label class="soft small">
      Colours{' '}
      <select
        value={theme}
        onChange={({ currentTarget: { value } }) => {
          localStorage.setItem(KEPT, value);
          setTheme(value);
          choose(value);
        }}
      >
        {Object.entries(THEMES).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
