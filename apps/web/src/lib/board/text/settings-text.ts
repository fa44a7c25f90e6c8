import type { RatingResultJson } from '@agon/contract';
import { METHOD_FACTS } from '@agon/domain';
import { switchName } from '#lib/board/switches/switch-name.ts';
import { m } from '#paraglide/messages.js';

/** The settings in force as a few short sentences, such as "Bradley–Terry, ties as halves, mean 1000." */
export function settingsText({ settings, comparisons, tie_parameter: tie }: RatingResultJson): string {
  const { method, ties, both_bad, anchor } = settings;
  const parts = [
    method === 'elo' ? m.board_say_elo() : switchName('method', method),
    m.board_say_ties({ ties }),
    m.board_say_both_bad({ both_bad }),
    ...(METHOD_FACTS[method].scale === 'share'
      ? []
      : [anchorText(method === 'elo' ? `mean=${settings.initial}` : anchor)]),
  ];
  return [
    sentence(parts.join(m.board_comma())),
    sentence(intervalText(settings)),
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

/** What the interval is, for a method that makes its own whatever the switch says, too. */
function intervalText({ method, interval, cluster }: RatingResultJson['settings']): string {
  if (interval !== 'none' && METHOD_FACTS[method].intervals === 'own')
    return m.board_say_interval({ interval: 'filter' });
  if (interval !== 'none' && method === 'length-controlled') {
    return [m.board_say_interval({ interval: 'sandwich' }), m.board_say_cluster({ cluster: 'prompt' })].join(
      m.board_comma(),
    );
  }
  const kind = m.board_say_interval({ interval });
  if (interval === 'none' || interval === 'fisher') return kind;
  const clusters = m.board_say_cluster({ cluster: cluster === 'rater,prompt' ? 'both' : cluster });
  return `${kind}${m.board_comma()}${clusters}`;
}

const sentence = (text: string) => `${text}${m.board_stop()}`;

function anchorText(anchor: string): string {
  const at = anchor.lastIndexOf('=');
  const [model, value] = [anchor.slice(0, at), anchor.slice(at + 1)];
  return model === 'mean' ? m.board_say_anchor_mean({ value }) : m.board_say_anchor_model({ model, value });
}
