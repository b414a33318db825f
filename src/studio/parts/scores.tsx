/** Values from 0 to 1 as bars with their figures. */
export function Scores({ scores }: { scores: readonly (readonly [name: string, value: number])[] }) {
  return (
    <dl class="scores">
      {scores.map(([name, value]) => (
        <>
          <dt class="text">{name}</dt>
          <dd>{value.toFixed(3)}</dd>
          <dd>
            <meter value={value} aria-hidden="true" />
          </dd>
        </>
      ))}
    </dl>
  );
}
