import type { BOARD_METHODS, INTERVAL_METHODS } from '@agon/domain';
import { m } from '#paraglide/messages.js';

/** What the page says about one choice of a switch. */
export type MethodSection = {
  /** The idea, and the formula in words. */
  readonly text: () => string;
  readonly assumes: () => string;
  readonly use: () => string;
  readonly formula: (() => string) | null;
  /** Where it comes from: names of works stay in their own language; null where there is nothing to link to. */
  readonly works: readonly (readonly [name: string, address: string | null])[];
};

export const METHOD_SECTIONS: Readonly<Record<(typeof BOARD_METHODS)[number], MethodSection>> = {
  'bradley-terry': {
    text: m.method_bradley_terry_text,
    assumes: m.method_bradley_terry_assumes,
    use: m.method_bradley_terry_use,
    formula: m.method_bradley_terry_formula,
    works: [
      [
        'R. A. Bradley and M. E. Terry, Rank analysis of incomplete block designs, 1952',
        'https://doi.org/10.2307/2334029',
      ],
    ],
  },
  davidson: {
    text: m.method_davidson_text,
    assumes: m.method_davidson_assumes,
    use: m.method_davidson_use,
    formula: m.method_davidson_formula,
    works: [
      [
        'R. R. Davidson, On extending the Bradley–Terry model to accommodate ties, 1970',
        'https://doi.org/10.1080/01621459.1970.10481082',
      ],
    ],
  },
  'rao-kupper': {
    text: m.method_rao_kupper_text,
    assumes: m.method_rao_kupper_assumes,
    use: m.method_rao_kupper_use,
    formula: m.method_rao_kupper_formula,
    works: [
      [
        'P. V. Rao and L. L. Kupper, Ties in paired-comparison experiments, 1967',
        'https://doi.org/10.1080/01621459.1967.10482901',
      ],
    ],
  },
  contextual: {
    text: m.method_contextual_text,
    assumes: m.method_contextual_assumes,
    use: m.method_contextual_use,
    formula: m.method_contextual_formula,
    works: [
      [
        'T. Li, A. Angelopoulos and W.-L. Chiang, Does style matter?, 2024',
        'https://lmsys.org/blog/2024-08-28-style-control/',
      ],
    ],
  },
  'prediction-powered': {
    text: m.method_prediction_powered_text,
    assumes: m.method_prediction_powered_assumes,
    use: m.method_prediction_powered_use,
    formula: m.method_prediction_powered_formula,
    works: [
      [
        'A. N. Angelopoulos, J. C. Duchi and T. Zrnic, PPI++: efficient prediction-powered inference, 2023',
        'https://arxiv.org/abs/2311.01453',
      ],
    ],
  },
  'length-controlled': {
    text: m.method_length_controlled_text,
    assumes: m.method_length_controlled_assumes,
    use: m.method_length_controlled_use,
    formula: m.method_length_controlled_formula,
    works: [
      [
        'Y. Dubois, B. Galambosi, P. Liang and T. B. Hashimoto, Length-controlled AlpacaEval, 2024',
        'https://arxiv.org/abs/2404.04475',
      ],
    ],
  },
  'win-rate': {
    text: m.method_win_rate_text,
    assumes: m.method_win_rate_assumes,
    use: m.method_win_rate_use,
    formula: m.method_win_rate_formula,
    works: [['X. Li et al., AlpacaEval, 2023', 'https://github.com/tatsu-lab/alpaca_eval']],
  },
  elo: {
    text: m.method_elo_text,
    assumes: m.method_elo_assumes,
    use: m.method_elo_use,
    formula: m.method_elo_formula,
    works: [['A. E. Elo, The rating of chessplayers, past and present, 1978', null]],
  },
  glicko2: {
    text: m.method_glicko2_text,
    assumes: m.method_glicko2_assumes,
    use: m.method_glicko2_use,
    formula: m.method_glicko2_formula,
    works: [
      ['M. E. Glickman, Example of the Glicko-2 system, 2013', 'https://www.glicko.net/glicko/glicko2.pdf'],
    ],
  },
};

export const INTERVAL_SECTIONS: Readonly<Record<(typeof INTERVAL_METHODS)[number], MethodSection>> = {
  sandwich: {
    text: m.interval_sandwich_text,
    assumes: m.interval_sandwich_assumes,
    use: m.interval_sandwich_use,
    formula: m.interval_sandwich_formula,
    works: [
      [
        'P. J. Huber, The behavior of maximum likelihood estimates under nonstandard conditions, 1967',
        'https://projecteuclid.org/euclid.bsmsp/1200512988',
      ],
      [
        'A. C. Cameron, J. B. Gelbach and D. L. Miller, Robust inference with multiway clustering, 2011',
        'https://doi.org/10.1198/jbes.2010.07136',
      ],
    ],
  },
  bootstrap: {
    text: m.interval_bootstrap_text,
    assumes: m.interval_bootstrap_assumes,
    use: m.interval_bootstrap_use,
    formula: m.interval_bootstrap_formula,
    works: [
      [
        'B. Efron, Bootstrap methods: another look at the jackknife, 1979',
        'https://doi.org/10.1214/aos/1176344552',
      ],
      [
        'J. G. MacKinnon, M. Ø. Nielsen and M. D. Webb, Wild bootstrap and asymptotic inference with multiway clustering, 2021',
        'https://doi.org/10.1080/07350015.2019.1677473',
      ],
    ],
  },
  fisher: {
    text: m.interval_fisher_text,
    assumes: m.interval_fisher_assumes,
    use: m.interval_fisher_use,
    formula: m.interval_fisher_formula,
    works: [
      ['R. A. Fisher, Theory of statistical estimation, 1925', 'https://doi.org/10.1017/S0305004100009580'],
    ],
  },
  none: {
    text: m.interval_none_text,
    assumes: m.interval_none_assumes,
    use: m.interval_none_use,
    formula: null,
    works: [],
  },
};

/** Where a choice is explained on the page of methods. */
export const sectionId = (name: 'method' | 'interval', value: string): string => `${name}-${value}`;
