/**
 * Processor time, as a multiple of a reference computation, since a bound in seconds would depend on the machine. These
 * tests run alone; each states its multiple.
 */

/** Minimum of several tries in ms, since other load only adds to some of them. */
export async function processorTime(work: () => unknown, tries = 5): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < tries; i++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** Multiplies and adds this many adjacent numbers. */
export function multiplyAdds(count: number): number {
  const [a, b] = [new Float32Array(4096).fill(1.0001), new Float32Array(4096).fill(0.5)];
  let sum = 0;
  for (let done = 0; done < count; done += a.length) for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
