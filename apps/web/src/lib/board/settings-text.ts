import type { RatingResultJson } from '@agon/contract';
import { m } from '#paraglide/messages.js';
import { switchName } from './switch-name.ts';

/** The settings in force as a few short sentences, such as "Bradley–Terry, ties as halves, mean 1000." */
export function settingsText({ settings, comparisons, tie_parameter: tie }: RatingResultJson): string {
  const { method, ties, both_bad, anchor, interval, cluster } = settings;
  const parts = [
    method === 'elo' ? m.board_say_elo() : switchName('method', method),
    m.board_say_ties({ ties }),
    m.board_say_both_bad({ both_bad }),
    ...(method === 'win-rate' || method === 'length-controlled'
      ? []
      : [anchorText(method === 'elo' ? `mean=${settings.initial}` : anchor)]),
  ];
  const intervals =
    interval === 'none' || interval === 'fisher'
      ? m.board_say_interval({ interval })
      : `${m.board_say_interval({ interval })}${m.board_comma()}${m.board_say_cluster({
          cluster: cluster === 'rater,prompt' ? 'both' : cluster,
        })}`;
  return [
    sentence(parts.join(m.board_comma())),
    sentence(intervals),
    ...(tie === undefined
      ? []
      : [
          m.board_say_tie_parameter({
            share: (100 * tie.equal_tie_share).toFixed(0),
            value: tie.value.toFixed(2),
          }),
        ]),
    m.board_say_used({ used: String(comparisons.used), read: String(comparisons.read) }),
  ].join(' ');
}

const sentence = (text: string) => `${text}${m.board_stop()}`;

function anchorText(anchor: string): string {
  const at = anchor.lastIndexOf('=');
  const [model, value] = [anchor.slice(0, at), anchor.slice(at + 1)];
  return model === 'mean' ? m.board_say_anchor_mean({ value }) : m.board_say_anchor_model({ model, value });
}
