package org.climaterescue.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Refuses texts that PostgreSQL cannot store: U+0000 and halves of surrogate pairs. */
final class CleanStrings extends SimpleModule {

    @Serial
    private static final long serialVersionUID = 1L;

    CleanStrings() {
        addDeserializer(String.class, new Checked());
    }

    private static final class Checked extends StringDeserializer {

        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = super.deserialize(parser, context);
            if (text != null && !Texts.storable(text)) {
                throw InvalidFormatException.from(
                        parser, "must not hold U+0000 or half of a surrogate pair", text, String.class);
            }
            return text;
        }
    }
}
