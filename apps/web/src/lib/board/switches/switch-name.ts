import { METHOD_FACTS, RATING_METHODS } from '@agon/domain';
import { m } from '#paraglide/messages.js';

const NAMES: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  method: {
    'bradley-terry': m.board_bradley_terry,
    elo: m.board_elo,
    'win-rate': m.board_win_rate,
    contextual: m.board_contextual,
    'prediction-powered': m.board_prediction_powered,
    'length-controlled': m.board_length_controlled,
  },
  ties: { half: m.board_half, drop: m.board_drop, model: m.board_ties_model },
  both_bad: { tie: m.board_as_tie, drop: m.board_drop },
  interval: {
    sandwich: m.board_sandwich,
    bootstrap: m.board_bootstrap,
    fisher: m.board_fisher,
    none: m.board_none,
  },
  reweight: { none: m.board_none, pair: m.board_reweight_pair },
  style: {
    length: m.board_style_length,
    headers: m.board_style_headers,
    lists: m.board_style_lists,
    bold: m.board_style_bold,
    position: m.board_style_position,
    'same-family': m.board_style_family,
  },
  cluster: {
    none: m.board_none,
    rater: m.board_voter,
    prompt: m.board_prompt,
    'rater,prompt': m.board_both,
  },
};

/** Names of people and of their methods are the same in every language. */
const PROPER_NAMES: ReadonlyMap<string, string> = new Map([
  ['fastchat', 'FastChat'],
  ['opencompass', 'OpenCompass'],
  ['arena-rank', 'arena-rank'],
  ...RATING_METHODS.flatMap((method): [string, string][] => {
    const { properName } = METHOD_FACTS[method];
    return properName === null ? [] : [[method, properName]];
  }),
]);

/** A switch's choice in the reader's language; one that this page does not know keeps its own words. */
export function switchName(name: string, value: string): string {
  return (
    NAMES[name]?.[value]?.() ??
    PROPER_NAMES.get(value) ??
    value.charAt(0).toUpperCase() + value.slice(1).replaceAll('-', ' ')
  );
}
