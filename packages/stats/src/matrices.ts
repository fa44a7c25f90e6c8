/** Dense symmetric matrices, row by row in one Float64Array of n × n numbers. */
export type SquareMatrix = Float64Array;

/** `product` = A⁻¹ B A⁻¹, symmetric to the last bit, = Gᵀ G with `root` G lower triangular. */
export type FactoredSandwich = { readonly product: SquareMatrix; readonly root: SquareMatrix };
