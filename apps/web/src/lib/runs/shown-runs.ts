/** Runs that a page shows beside other things; the others are one link away. */
export const SHOWN_RUNS = 20;
