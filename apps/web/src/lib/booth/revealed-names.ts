import type { Reveal } from '@agon/contract';
import { type BySlot, mapSlots } from '@agon/domain';
import { m } from '#paraglide/messages.js';

/** The models' names as the reveal says them: with which of its answers it was, where a model gave several. */
export function revealedNames({ models, answers }: Reveal): BySlot<string> {
  return mapSlots(models, (model, slot) => {
    const place = answers[slot];
    return place === null ? model : m.booth_model_answer({ model, number: place.number, of: place.of });
  });
}
