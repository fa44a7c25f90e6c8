CREATE TABLE "prompt_material" (
	"campaign_id" uuid NOT NULL,
	"prompt_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"value" jsonb NOT NULL,
	"import_id" uuid,
	CONSTRAINT "prompt_material_campaign_id_prompt_id_kind_pk" PRIMARY KEY("campaign_id","prompt_id","kind")
);
--> statement-breakpoint
ALTER TABLE "judges" ADD COLUMN "archived_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "prompt_material" ADD CONSTRAINT "prompt_material_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_material" ADD CONSTRAINT "prompt_material_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- what prompts had of their own becomes the material of each campaign that has them
INSERT INTO "prompt_material" ("campaign_id", "prompt_id", "kind", "value", "import_id")
SELECT DISTINCT ON (c."campaign_id", p."id", m."kind") c."campaign_id", p."id", m."kind", m."value", c."import_id"
FROM "campaign_prompts" c JOIN "prompts" p ON p."id" = c."prompt_id" CROSS JOIN LATERAL (
  SELECT 'reference' AS "kind", p."reference" AS "value" WHERE jsonb_typeof(p."reference") = 'array'
  UNION ALL
  SELECT e."key", e."value" FROM jsonb_each(CASE WHEN jsonb_typeof(p."material") = 'object' THEN p."material" ELSE '{}' END) e
  WHERE e."key" IN ('rubric', 'criteria', 'checklist', 'context') AND e."value" <> 'null'
) m
LEFT JOIN "imports" i ON i."id" = c."import_id"
ORDER BY c."campaign_id", p."id", m."kind", (i."undone_at" IS NULL) DESC, c."key";--> statement-breakpoint
ALTER TABLE "prompts" DROP COLUMN "reference";--> statement-breakpoint
ALTER TABLE "prompts" DROP COLUMN "material";