package dev.poise.template;

import java.util.ArrayList;
import java.util.List;

/// Text as it is written, with the spans that `generation` marks.
///
/// @param root whether this is the rendering itself, and not the text of a macro or block that goes elsewhere
record Output(StringBuilder text, List<Rendering.Span> generations, boolean root, Work work) {

    Output(boolean root, Work work) {
        this(new StringBuilder(), new ArrayList<>(), root, work);
    }

    void write(String part) {
        work.chars(part.length());
        if (text.length() + (long) part.length() > work.limits().outputChars()) {
            throw Fault.limit("writes more than " + work.limits().outputChars() + " characters");
        }
        text.append(part);
    }
}
