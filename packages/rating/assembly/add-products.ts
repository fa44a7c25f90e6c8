// AssemblyScript, not TypeScript: a part of the kernels that add up clusters.

/**
 * Adds u uᵀ of the models on a list, in rows of four, two and one: fewer loops end, and a value is read once for all four.
 * 16 bytes a model: f64 u, and u32 its number · 8. A product goes to the row of the model that is later on the list.
 */
export function addProducts(meat: usize, models: usize, begin: usize, end: usize): void {
  let x = begin;
  for (; x + 48 < end; x += 64) {
    const s0 = load<f64>(x);
    const s1 = load<f64>(x, 16);
    const s2 = load<f64>(x, 32);
    const s3 = load<f64>(x, 48);
    const a0 = <usize>load<u32>(x, 8);
    const a1 = <usize>load<u32>(x, 24);
    const a2 = <usize>load<u32>(x, 40);
    const a3 = <usize>load<u32>(x, 56);
    const t0 = meat + a0 * models;
    const t1 = meat + a1 * models;
    const t2 = meat + a2 * models;
    const t3 = meat + a3 * models;
    for (let y = begin; y < x; y += 16) {
      const at = <usize>load<u32>(y, 8);
      const value = load<f64>(y);
      add(t0 + at, s0 * value);
      add(t1 + at, s1 * value);
      add(t2 + at, s2 * value);
      add(t3 + at, s3 * value);
    }
    add(t0 + a0, s0 * s0);
    add(t1 + a0, s1 * s0);
    add(t1 + a1, s1 * s1);
    add(t2 + a0, s2 * s0);
    add(t2 + a1, s2 * s1);
    add(t2 + a2, s2 * s2);
    add(t3 + a0, s3 * s0);
    add(t3 + a1, s3 * s1);
    add(t3 + a2, s3 * s2);
    add(t3 + a3, s3 * s3);
  }
  if (x + 16 < end) {
    const s0 = load<f64>(x);
    const s1 = load<f64>(x, 16);
    const a0 = <usize>load<u32>(x, 8);
    const a1 = <usize>load<u32>(x, 24);
    const t0 = meat + a0 * models;
    const t1 = meat + a1 * models;
    for (let y = begin; y < x; y += 16) {
      const at = <usize>load<u32>(y, 8);
      const value = load<f64>(y);
      add(t0 + at, s0 * value);
      add(t1 + at, s1 * value);
    }
    add(t0 + a0, s0 * s0);
    add(t1 + a0, s1 * s0);
    add(t1 + a1, s1 * s1);
    x += 32;
  }
  if (x < end) {
    const own = load<f64>(x);
    const target = meat + <usize>load<u32>(x, 8) * models;
    for (let y = begin; y <= x; y += 16) add(target + <usize>load<u32>(y, 8), own * load<f64>(y));
  }
}

function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}
