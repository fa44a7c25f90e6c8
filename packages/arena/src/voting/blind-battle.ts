import type { BlindBattle, ShownTurn } from '@agon/contract';
import { ArenaError, isBlank, mapSlots, type RaterId } from '@agon/domain';
import type { OpenBattle } from '../ports/battle-store.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { AnswerText } from '../ports/content-store.ts';
import type { Ports } from '../ports/ports.ts';
import { writeTicket } from './ticket.ts';

/** What stands where an answer named its model, when the campaign masks such names. */
const MASK = '[…]';

/** What a browser may see of battles before the vote; the type has no field that could name a model. */
export async function showBattles(
  battles: readonly OpenBattle[],
  campaign: CampaignRecord,
  raterId: RaterId,
  deps: Pick<Ports, 'content' | 'tickets' | 'renderer'>,
): Promise<BlindBattle[]> {
  if (battles.length === 0) return [];
  const promptOf = await deps.content.promptTexts(battles.map((battle) => battle.promptId));
  const answerOf = await deps.content.answerTexts(
    battles.flatMap((battle) => [battle.answers.a, battle.answers.b]),
  );
  return battles.map((battle) => {
    const prompt = promptOf.get(battle.promptId);
    const answers = mapSlots(battle.answers, (id) => answerOf.get(id));
    if (prompt === undefined || answers.a === undefined || answers.b === undefined) {
      throw new ArenaError('internal', 'A battle points to a prompt or an answer that is gone.', {
        data: { battle: battle.id },
      });
    }
    const show = (text: string) => ({ ...deps.renderer.render(text) });
    const showTurn = (answer: AnswerText, turn: number): ShownTurn => {
      if (isBlank(answer.turns[turn] ?? '')) return { html: '', direction: 'auto', blank: true };
      return { ...show(answerTurn(answer, turn, campaign.settings.self_naming === 'mask')), blank: false };
    };
    const showAnswer = (answer: AnswerText) => ({
      turns: prompt.turns.map((_, turn) => showTurn(answer, turn)),
    });
    return {
      id: battle.id,
      ticket: writeTicket(
        { battleId: battle.id, campaignId: campaign.id, raterId, expiresAtMs: battle.expiresAtMs },
        deps.tickets,
      ),
      expires_at: new Date(battle.expiresAtMs).toISOString(),
      prompt: {
        category: prompt.category,
        language: prompt.language,
        turns: prompt.turns.map(show),
      },
      answers: { a: showAnswer(answers.a), b: showAnswer(answers.b) },
    };
  });
}

/** Where a model gave fewer turns than the prompt has, the missing ones are blank. */
function answerTurn(answer: AnswerText, turn: number, mask: boolean): string {
  const text = answer.turns[turn] ?? '';
  const spans = answer.selfNaming[turn] ?? [];
  if (!mask || spans.length === 0) return text;
  let masked = '';
  let from = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < from) continue;
    masked += text.slice(from, span.start) + MASK;
    from = span.end;
  }
  return masked + text.slice(from);
}
