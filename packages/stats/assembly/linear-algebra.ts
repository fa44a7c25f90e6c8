// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/linear-algebra-bytes.ts.
//
// Dense algebra on row-major matrices of f64 whose stride and height are multiples of 4 (the caller pads with zeros, and
// with ones on the diagonal where a matrix is factored). Every entry of a result is summed in the order of its index, one
// product after the other, exactly as the plain loops in cholesky.ts and multiply-matrices.ts do: the bits are the same.

/** Four columns of A side by side, k after k, so that the inner loop reads forward; `sign` 1 or -1. */
function pack(packed: usize, a: usize, rowStep: usize, depthStep: usize, depth: i32, sign: f64): void {
  for (let k = 0; k < depth; k++) {
    store<f64>(packed, sign * load<f64>(a));
    store<f64>(packed, sign * load<f64>(a + rowStep), 8);
    store<f64>(packed, sign * load<f64>(a + 2 * rowStep), 16);
    store<f64>(packed, sign * load<f64>(a + 3 * rowStep), 24);
    packed += 32;
    a += depthStep;
  }
}

/** C += P B for four rows of C and `columns` columns; P is packed; `step` from one row of B to the next, in bytes. */
function addProductBy(
  c: usize,
  stride: usize,
  packed: usize,
  b: usize,
  step: usize,
  depth: i32,
  columns: i32,
): void {
  for (let j = 0; j < columns; j += 4) {
    const c1 = c + stride;
    const c2 = c1 + stride;
    const c3 = c2 + stride;
    let c00 = v128.load(c);
    let c01 = v128.load(c, 16);
    let c10 = v128.load(c1);
    let c11 = v128.load(c1, 16);
    let c20 = v128.load(c2);
    let c21 = v128.load(c2, 16);
    let c30 = v128.load(c3);
    let c31 = v128.load(c3, 16);
    let p = packed;
    let row = b;
    for (let k = 0; k < depth; k++) {
      const b0 = v128.load(row);
      const b1 = v128.load(row, 16);
      const p0 = v128.load64_splat(p);
      c00 = f64x2.add(c00, f64x2.mul(p0, b0));
      c01 = f64x2.add(c01, f64x2.mul(p0, b1));
      const p1 = v128.load64_splat(p, 8);
      c10 = f64x2.add(c10, f64x2.mul(p1, b0));
      c11 = f64x2.add(c11, f64x2.mul(p1, b1));
      const p2 = v128.load64_splat(p, 16);
      c20 = f64x2.add(c20, f64x2.mul(p2, b0));
      c21 = f64x2.add(c21, f64x2.mul(p2, b1));
      const p3 = v128.load64_splat(p, 24);
      c30 = f64x2.add(c30, f64x2.mul(p3, b0));
      c31 = f64x2.add(c31, f64x2.mul(p3, b1));
      p += 32;
      row += step;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    v128.store(c1, c10);
    v128.store(c1, c11, 16);
    v128.store(c2, c20);
    v128.store(c2, c21, 16);
    v128.store(c3, c30);
    v128.store(c3, c31, 16);
    c += 32;
    b += 32;
  }
}

function addProduct(c: usize, stride: usize, packed: usize, b: usize, depth: i32, columns: i32): void {
  addProductBy(c, stride, packed, b, stride, depth, columns);
}

/** C += A B, with A of `rows` × `depth` and B of `depth` × `columns`; `stride` of B and C, `aStride` of A, in bytes. */
export function multiply(
  c: usize,
  a: usize,
  b: usize,
  packed: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  stride: usize,
  aStride: usize,
): void {
  for (let i = 0; i < rows; i += 4) {
    pack(packed, a + <usize>i * aStride, aStride, 8, depth, 1);
    addProduct(c + <usize>i * stride, stride, packed, b, depth, columns);
  }
}

/** C += A U, with U upper triangular n × n: terms below its diagonal are left out. */
export function multiplyUpper(
  c: usize,
  a: usize,
  u: usize,
  packed: usize,
  rows: i32,
  n: i32,
  stride: usize,
): void {
  for (let i = 0; i < rows; i += 4) {
    pack(packed, a + <usize>i * stride, stride, 8, n, 1);
    for (let j = 0; j < n; j += 4) {
      addProduct(c + <usize>i * stride + ((<usize>j) << 3), stride, packed, u + ((<usize>j) << 3), j + 4, 4);
    }
  }
}

/** C += A L, with L lower triangular n × n: terms above its diagonal are left out. */
export function multiplyLower(
  c: usize,
  a: usize,
  l: usize,
  packed: usize,
  rows: i32,
  n: i32,
  stride: usize,
): void {
  for (let i = 0; i < rows; i += 4) {
    pack(packed, a + <usize>i * stride, stride, 8, n, 1);
    addBelow(c + <usize>i * stride, packed, l, n, n, stride);
  }
}

/** C += P L for four rows of C, with L lower triangular; P is packed and has `depth` columns. */
function addBelow(c: usize, packed: usize, l: usize, depth: i32, columns: i32, stride: usize): void {
  for (let j = 0; j < columns; j += 4) {
    const across = (<usize>j) << 3;
    const corner = l + <usize>j * stride + across;
    addProduct(c + across, stride, packed + ((<usize>j) << 5), corner, depth - j, 4);
  }
}

/** The lower triangle of C = A B where that product is symmetric, then mirrored. C starts as zeros. */
export function multiplySymmetric(c: usize, a: usize, b: usize, packed: usize, n: i32, stride: usize): void {
  for (let i = 0; i < n; i += 4) {
    pack(packed, a + <usize>i * stride, stride, 8, n, 1);
    addProduct(c + <usize>i * stride, stride, packed, b, n, i + 4);
  }
  mirror(c, n, stride);
}

/** C = Aᵀ A for `depth` rows of A; the lower triangle, then mirrored. C starts as zeros. */
export function gram(c: usize, a: usize, packed: usize, depth: i32, n: i32, stride: usize): void {
  for (let i = 0; i < n; i += 4) {
    pack(packed, a + ((<usize>i) << 3), 8, stride, depth, 1);
    addProduct(c + <usize>i * stride, stride, packed, a, depth, i + 4);
  }
  mirror(c, n, stride);
}

function mirror(c: usize, n: i32, stride: usize): void {
  for (let i = 1; i < n; i++) {
    let to = c + ((<usize>i) << 3);
    let from = c + <usize>i * stride;
    for (let j = 0; j < i; j++) {
      store<f64>(to, load<f64>(from));
      to += stride;
      from += 8;
    }
  }
}

/** Upper factor U of A = Uᵀ U, in place (reads and writes the upper triangle). 0 where A is not positive definite. */
export function factor(u: usize, packed: usize, n: i32, stride: usize): i32 {
  for (let i = 0; i < n; i += 4) {
    const column = u + ((<usize>i) << 3);
    const row = column + <usize>i * stride;
    pack(packed, column, 8, stride, i, -1);
    addProduct(row, stride, packed, column, i, n - i);
    for (let r = 0; r < 4; r++) {
      const own = row + <usize>r * stride;
      for (let q = 0; q < r; q++) {
        const other = row + <usize>q * stride;
        const scale = load<f64>(other + ((<usize>r) << 3));
        for (let j = r; j < n - i; j++) {
          const at = (<usize>j) << 3;
          store<f64>(own + at, load<f64>(own + at) - scale * load<f64>(other + at));
        }
      }
      const pivot = load<f64>(own + ((<usize>r) << 3));
      if (!(pivot > 0 && pivot < Infinity)) return 0;
      const root = Math.sqrt(pivot);
      const inverse = 1 / root;
      store<f64>(own + ((<usize>r) << 3), root);
      for (let j = r + 1; j < n - i; j++) {
        const at = own + ((<usize>j) << 3);
        store<f64>(at, load<f64>(at) * inverse);
      }
    }
  }
  return 1;
}

/** W = U⁻ᵀ, lower triangular. W starts as zeros. */
function invertFactor(w: usize, u: usize, packed: usize, n: i32, stride: usize): void {
  for (let i = 0; i < n; i += 4) {
    const row = w + <usize>i * stride;
    const corner = u + <usize>i * stride + ((<usize>i) << 3);
    pack(packed, u + ((<usize>i) << 3), 8, stride, i, -1);
    addProduct(row, stride, packed, w, i, i);
    for (let r = 0; r < 4; r++) {
      const own = row + <usize>r * stride;
      store<f64>(own + ((<usize>(i + r)) << 3), 1);
      for (let q = 0; q < r; q++) {
        const other = row + <usize>q * stride;
        const scale = load<f64>(corner + <usize>q * stride + ((<usize>r) << 3));
        for (let j = 0; j <= i + q; j++) {
          const at = (<usize>j) << 3;
          store<f64>(own + at, load<f64>(own + at) - scale * load<f64>(other + at));
        }
      }
      const inverse = 1 / load<f64>(corner + <usize>r * stride + ((<usize>r) << 3));
      for (let j = 0; j <= i + r; j++) {
        const at = own + ((<usize>j) << 3);
        store<f64>(at, load<f64>(at) * inverse);
      }
    }
  }
}

/** C = Wᵀ W with W lower triangular. C starts as zeros. */
function gramOfLower(c: usize, w: usize, packed: usize, n: i32, stride: usize): void {
  for (let i = 0; i < n; i += 4) {
    const below = w + <usize>i * stride;
    pack(packed, below + ((<usize>i) << 3), 8, stride, n - i, 1);
    addProduct(c + <usize>i * stride, stride, packed, below, n - i, i + 4);
  }
  mirror(c, n, stride);
}

/** C = (Uᵀ U)⁻¹; W = U⁻ᵀ on the way. W and C start as zeros. */
export function invert(c: usize, w: usize, u: usize, packed: usize, n: i32, stride: usize): void {
  invertFactor(w, u, packed, n, stride);
  gramOfLower(c, w, packed, n, stride);
}

/**
 * V = A⁻¹ B A⁻¹ with A = Uᵀ U, and the lower triangular G with V = Gᵀ G: W = U⁻ᵀ, S = W B Wᵀ = Qᵀ Q, G = Q W. Triangles
 * all along, so it takes less than V alone by products of whole matrices. B ends as G, T as V; U and W are lost. W, T
 * and S start as zeros. 0 where B is not positive definite.
 */
export function sandwichRoot(
  u: usize,
  w: usize,
  b: usize,
  t: usize,
  s: usize,
  packed: usize,
  n: i32,
  stride: usize,
): i32 {
  invertFactor(w, u, packed, n, stride);
  for (let i = 0; i < n; i += 4) {
    pack(packed, w + <usize>i * stride, stride, 8, i + 4, 1);
    addProduct(t + <usize>i * stride, stride, packed, b, i + 4, n);
  }
  transpose(u, w, n, stride);
  for (let i = 0; i < n; i += 4) {
    pack(packed, t + <usize>i * stride, stride, 8, i + 4, 1);
    for (let j = 0; j <= i; j += 4) {
      const across = (<usize>j) << 3;
      addProduct(s + <usize>i * stride + across, stride, packed, u + across, j + 4, 4);
    }
  }
  if (!factorBackward(s, packed, n, stride)) return 0;
  clear(b, n, stride);
  for (let i = 0; i < n; i += 4) {
    pack(packed, s + <usize>i * stride, stride, 8, i + 4, 1);
    addBelow(b + <usize>i * stride, packed, w, i + 4, i + 4, stride);
  }
  clear(t, n, stride);
  gramOfLower(t, b, packed, n, stride);
  return 1;
}

/**
 * V = A⁻¹ Zᵀ Z A⁻¹ with A = Uᵀ U, for `rows` rows of Z: W = U⁻ᵀ, X = Z Wᵀ W, V = Xᵀ X. Z ends as X; U, W and Y are lost. W,
 * Y and V start as zeros.
 */
export function sandwichScores(
  u: usize,
  w: usize,
  z: usize,
  y: usize,
  v: usize,
  packed: usize,
  rows: i32,
  n: i32,
  stride: usize,
): void {
  invertFactor(w, u, packed, n, stride);
  transpose(u, w, n, stride);
  multiplyUpper(y, z, u, packed, rows, n, stride);
  clear(z, rows, stride);
  multiplyLower(z, y, w, packed, rows, n, stride);
  gram(v, z, packed, rows, n, stride);
}

/** Lower factor Q of S = Qᵀ Q, in place, from the last row to the first (reads and writes the lower triangle). */
function factorBackward(s: usize, packed: usize, n: i32, stride: usize): i32 {
  const last = s + <usize>(n - 1) * stride;
  for (let i = n - 4; i >= 0; i -= 4) {
    const row = s + <usize>i * stride;
    const depth = n - i - 4;
    // `packed` has room for four rows more than are packed here
    const diagonal = packed + ((<usize>(n - 4)) << 5);
    for (let r = 0; r < 4; r++) {
      const at = (<usize>r) << 3;
      store<f64>(diagonal + at, load<f64>(row + <usize>r * stride + ((<usize>i) << 3) + at));
    }
    pack(packed, last + ((<usize>i) << 3), 8, 0 - stride, depth, -1);
    addProductBy(row, stride, packed, last, 0 - stride, depth, i + 4);
    for (let r = 3; r >= 0; r--) {
      const own = row + <usize>r * stride;
      for (let q = 3; q > r; q--) {
        const other = row + <usize>q * stride;
        const scale = load<f64>(other + ((<usize>(i + r)) << 3));
        for (let j = 0; j <= i + r; j++) {
          const at = (<usize>j) << 3;
          store<f64>(own + at, load<f64>(own + at) - scale * load<f64>(other + at));
        }
      }
      const corner = own + ((<usize>(i + r)) << 3);
      const pivot = load<f64>(corner);
      // what rounding leaves of nothing is no pivot: the row would be divided by noise
      if (!(pivot > 1e-13 * load<f64>(diagonal + ((<usize>r) << 3)) && pivot < Infinity)) return 0;
      const root = Math.sqrt(pivot);
      const inverse = 1 / root;
      for (let j = 0; j < i + r; j++) {
        const at = own + ((<usize>j) << 3);
        store<f64>(at, load<f64>(at) * inverse);
      }
      store<f64>(corner, root);
      for (let j = r + 1; j < 4; j++) store<f64>(own + ((<usize>(i + j)) << 3), 0);
    }
  }
  return 1;
}

function transpose(to: usize, from: usize, n: i32, stride: usize): void {
  for (let i = 0; i < n; i += 2) {
    for (let j = 0; j < n; j += 2) {
      const source = from + <usize>i * stride + ((<usize>j) << 3);
      const target = to + <usize>j * stride + ((<usize>i) << 3);
      const above = v128.load(source);
      const below = v128.load(source + stride);
      v128.store(target, v128.shuffle<i64>(above, below, 0, 2));
      v128.store(target + stride, v128.shuffle<i64>(above, below, 1, 3));
    }
  }
}

function clear(at: usize, n: i32, stride: usize): void {
  const end = at + <usize>n * stride;
  const zero = f64x2.splat(0);
  for (; at < end; at += 16) v128.store(at, zero);
}
