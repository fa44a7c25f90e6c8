import { boardQuerySchema } from '@agon/contract';
import { escapeXml } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { BoardPorts } from './get-board.ts';

const HEIGHT = 20;
/** Of an 11-px sans letter; badges cannot measure. */
const LETTER = 6.6;
const PADDING = 7;
const LETTERS = 40;

/** A picture for a README: the campaign, and who leads by people's votes (else by judges') with its margin. */
export async function getBadge(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: BoardPorts,
): Promise<string> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  const query = boardQuerySchema.parse({});
  const { answer } = await deps.fits.ask(campaign.id, { kind: 'unified', query, pairs: false }, 'latest');
  const result = answer.people.result ?? answer.judges.result;
  const leader = result?.models.find(({ rank }) => rank === 1);
  if (leader === undefined || leader.rating === null) return drawBadge(campaign.title, 'no ranking yet');
  const margin =
    leader.low === null || leader.high === null ? '' : ` ± ${Math.round((leader.high - leader.low) / 2)}`;
  return drawBadge(campaign.title, `${leader.model} ${Math.round(leader.rating)}${margin}`);
}

export function drawBadge(label: string, value: string): string {
  const texts = [label, value].map((text) => {
    const letters = [...text];
    return letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join('')}…` : text;
  }) as [string, string];
  // Chinese letters are as wide as they are high
  const widthOf = (text: string): number =>
    Math.ceil([...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 11 : LETTER), 0)) + 2 * PADDING;
  const [left, right] = [widthOf(texts[0]), widthOf(texts[1])];
  const [first, second] = [escapeXml(texts[0]), escapeXml(texts[1])];
  const text = (x: number, content: string): string => `<text x="${x}" y="14" fill="#fff">${content}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${HEIGHT}" role="img" aria-label="${first}: ${second}"><title>${first}: ${second}</title><clipPath id="r"><rect width="${left + right}" height="${HEIGHT}" rx="3"/></clipPath><g clip-path="url(#r)"><rect width="${left}" height="${HEIGHT}" fill="#55585f"/><rect x="${left}" width="${right}" height="${HEIGHT}" fill="#2f4bd0"/></g><g text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(left / 2, first)}${text(left + right / 2, second)}</g></svg>\n`;
}
