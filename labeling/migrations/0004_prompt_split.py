"""A prompt's split is the hash of its key, in the database too: no key is ever in two splits (R6).

The same arithmetic as labeling.text_hygiene.split_of_key.
"""

from django.db import migrations

SPLIT_FOLLOWS_KEY = """
CREATE FUNCTION labeling_split_of_key(key text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE
        WHEN get_byte(digest, 0) * 256 + get_byte(digest, 1) < 6554 THEN 'validation'
        ELSE 'train'
    END
    FROM (SELECT sha256(convert_to(key, 'UTF8')) AS digest) AS hashed
$$;
ALTER TABLE labeling_prompt
    ADD CONSTRAINT prompt_text_hash_is_its_own CHECK (
        text_sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')
    ),
    ADD CONSTRAINT prompt_split_follows_its_key CHECK (
        split = labeling_split_of_key(
            coalesce(nullif(organization_key, ''), nullif(user_key, ''), text_sha256)
        )
    );
"""
DROP_SPLIT_FOLLOWS_KEY = """
ALTER TABLE labeling_prompt
    DROP CONSTRAINT prompt_split_follows_its_key, DROP CONSTRAINT prompt_text_hash_is_its_own;
DROP FUNCTION labeling_split_of_key(text);
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0003_surplus_assignments")]

    operations = [migrations.RunSQL(SPLIT_FOLLOWS_KEY, DROP_SPLIT_FOLLOWS_KEY)]
