/** The loudest sample in each of `count` equal slices, scaled so that the loudest of all is 1. */
export function peaks(samples: Float32Array, count: number): number[] {
  const size = samples.length / count;
  const found = Array.from({ length: count }, (_unused, slot) => {
    let loudest = 0;
    const end = Math.min(samples.length, Math.floor((slot + 1) * size));
    for (let i = Math.floor(slot * size); i < end; i += 1) loudest = Math.max(loudest, Math.abs(samples[i] ?? 0));
    return loudest;
  });
  const top = Math.max(...found, 0);
  return top === 0 ? found : found.map((value) => value / top);
}
