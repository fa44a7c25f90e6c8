import { m } from '#paraglide/messages.js';

const ACTIONS: Readonly<Record<string, () => string>> = {
  create_campaign: m.workbench_action_create_campaign,
  change_campaign: m.workbench_action_change_campaign,
  import: m.workbench_action_import,
  undo_import: m.workbench_action_undo_import,
  // as versions before providers wrote it
  start_judge_run: m.workbench_action_start_judge_run,
  start_run: m.workbench_action_start_run,
  schedule_drift_checks: m.workbench_action_schedule_drift_checks,
  reread_run: m.workbench_action_reread_run,
  quarantine_voter: m.workbench_action_quarantine_voter,
  invite_voters: m.workbench_action_invite_voters,
  revoke_invitation: m.workbench_action_revoke_invitation,
  quarantine_votes: m.workbench_action_quarantine_votes,
  release_votes: m.workbench_action_release_votes,
  release_voter: m.workbench_action_release_voter,
  add_campaign_member: m.workbench_action_add_campaign_member,
  change_campaign_member: m.workbench_action_change_campaign_member,
  remove_campaign_member: m.workbench_action_remove_campaign_member,
  keep_snapshot: m.workbench_action_keep_snapshot,
};

/** What was done, in the reader's words; an action newer than this page under its own name. */
export function actionName(action: string): string {
  return ACTIONS[action]?.() ?? action;
}
