import { faultText } from '#lib/api/fault-text.ts';

/** Typing comes to rest first. */
const AFTER_MS = 600;

/** What a run would cost: it stands beside a form before anybody presses the button. Made while a component is. */
export class LiveEstimate<Asked, Found> {
  /** Null: not known yet, or refused. */
  found = $state.raw<Found | null>(null);
  /** Why the run would be refused; empty: it would not. */
  refusal = $state('');
  isBusy = $state(false);

  /** @param asked of the form as it stands; null: nothing can be said of it yet */
  constructor(asked: () => Asked | null, estimate: (asked: Asked) => Promise<Found>) {
    $effect(() => {
      const now = asked();
      if (now === null) return;
      let isOld = false;
      const timer = setTimeout(async () => {
        this.isBusy = true;
        try {
          const found = await estimate(now);
          if (isOld) return;
          this.found = found;
          this.refusal = '';
        } catch (error) {
          if (isOld) return;
          this.found = null;
          this.refusal = faultText(error);
        } finally {
          if (!isOld) this.isBusy = false;
        }
      }, AFTER_MS);
      return () => {
        isOld = true;
        this.isBusy = false;
        clearTimeout(timer);
      };
    });
  }
}
