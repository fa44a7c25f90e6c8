CREATE TABLE "voter_progress" (
	"campaign_id" uuid NOT NULL,
	"rater_id" uuid NOT NULL,
	"votes" integer DEFAULT 0 NOT NULL,
	"changes" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "voter_progress_campaign_id_rater_id_pk" PRIMARY KEY("campaign_id","rater_id")
);
--> statement-breakpoint
ALTER TABLE "voter_progress" ADD CONSTRAINT "voter_progress_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "voter_progress" ADD CONSTRAINT "voter_progress_rater_id_raters_id_fk" FOREIGN KEY ("rater_id") REFERENCES "public"."raters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
INSERT INTO "voter_progress" ("campaign_id", "rater_id", "votes")
SELECT b.campaign_id, b.rater_id, count(v.id) FILTER (WHERE coalesce(
	(SELECT r.kind FROM vote_revisions r WHERE r.vote_id = v.id AND r.kind IN ('undo', 'recast') ORDER BY r.id DESC LIMIT 1), '') <> 'undo')
FROM battles b LEFT JOIN votes v ON v.battle_id = b.id AND v.rater_id = b.rater_id
WHERE b.origin = 'draw' AND b.rater_id IS NOT NULL GROUP BY 1, 2;
