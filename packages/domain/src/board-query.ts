/**
 * The board's switches, under their names in addresses and the API, with what holds where nothing is said (null: nothing).
 * Switches change how the same votes are counted.
 */
export const BOARD_SWITCHES = {
  method: 'bradley-terry',
  ties: 'half',
  both_bad: 'tie',
  interval: 'sandwich',
  cluster: 'prompt',
  style: null,
  style_definition: 'fastchat',
  reweight: 'none',
  prior: null,
  ridge: null,
  baseline: null,
  anchor: 'mean=1000',
} as const;

/** Filters choose which comparisons count. */
export const BOARD_FILTERS = ['category', 'language', 'turn', 'judge'] as const;
