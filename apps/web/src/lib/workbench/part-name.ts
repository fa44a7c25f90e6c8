import type { CampaignPart, SetupStep } from '#lib/shell/paths.ts';
import { m } from '#paraglide/messages.js';

const PARTS: Readonly<Record<CampaignPart, () => string>> = {
  progress: m.workbench_progress,
  battles: m.battles_title,
  import: m.workbench_import,
  answers: m.workbench_answers,
  judges: m.workbench_judges,
  voters: m.workbench_voters,
  settings: m.workbench_settings,
  export: m.workbench_export,
  activity: m.workbench_activity,
};

/** The name of a part of a campaign's page. */
export function partName(part: CampaignPart): string {
  return PARTS[part]();
}

const STEPS: Readonly<Record<SetupStep, () => string>> = {
  answers: m.workbench_step_answers,
  who: m.workbench_step_who,
  quality: m.workbench_step_quality,
  size: m.workbench_step_size,
};

/** The name of a step of making a campaign. */
export function stepName(step: SetupStep): string {
  return STEPS[step]();
}
