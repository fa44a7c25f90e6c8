declare const brand: unique symbol;

/** A string or number that only its own constructor can make: a `BattleId` is never passed where a `ModelId` is due. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
