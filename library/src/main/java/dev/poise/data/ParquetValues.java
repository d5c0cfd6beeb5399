package dev.poise.data;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Parquet's values as the JSON that a row of lines would hold.
///
/// What is null in a struct is left out: Arrow gives every struct of a column the fields of all of them, so that
/// null says no more than absent. The nesting of lists follows the [rules of the
/// format](https://github.com/apache/parquet-format/blob/master/LogicalTypes.md), older writers' included.
final class ParquetValues {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ParquetValues() {}

    /// A row, or a struct within one.
    static ObjectNode row(Group group) {
        ObjectNode row = JSON.objectNode();
        for (Type field : group.getType().getFields()) {
            int index = group.getType().getFieldIndex(field.getName());
            int count = group.getFieldRepetitionCount(index);
            if (field.isRepetition(Type.Repetition.REPEATED)) {
                // A list of old writers, without a group around it.
                ArrayNode items = row.putArray(field.getName());
                for (int item = 0; item < count; item++) {
                    items.add(value(group, field, index, item));
                }
            } else if (count > 0) {
                row.set(field.getName(), value(group, field, index, 0));
            }
        }
        return row;
    }

    private static JsonNode value(Group group, Type type, int index, int item) {
        if (type.isPrimitive()) {
            return primitive(group, type.asPrimitiveType(), index, item);
        }
        Group inner = group.getGroup(index, item);
        LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
        if (annotation instanceof ListLogicalTypeAnnotation && isRepeated(type.asGroupType())) {
            return list(inner, type.getName());
        }
        if (annotation instanceof MapLogicalTypeAnnotation && isRepeated(type.asGroupType())) {
            return map(inner);
        }
        return row(inner);
    }

    private static boolean isRepeated(GroupType type) {
        return type.getFieldCount() == 1 && type.getType(0).isRepetition(Type.Repetition.REPEATED);
    }

    private static ArrayNode list(Group list, String name) {
        ArrayNode items = JSON.arrayNode();
        Type repeated = list.getType().getType(0);
        boolean wrapped = !repeated.isPrimitive()
                && repeated.asGroupType().getFieldCount() == 1
                && !repeated.getName().equals("array")
                && !repeated.getName().equals(name + "_tuple");
        for (int item = 0; item < list.getFieldRepetitionCount(0); item++) {
            if (!wrapped) {
                items.add(value(list, repeated, 0, item));
                continue;
            }
            Group element = list.getGroup(0, item);
            boolean present = element.getFieldRepetitionCount(0) > 0;
            items.add(present ? value(element, element.getType().getType(0), 0, 0) : JSON.nullNode());
        }
        return items;
    }

    private static ObjectNode map(Group map) {
        ObjectNode entries = JSON.objectNode();
        for (int item = 0; item < map.getFieldRepetitionCount(0); item++) {
            Group entry = map.getGroup(0, item);
            List<Type> types = entry.getType().getFields();
            JsonNode key = value(entry, types.get(0), 0, 0);
            if (types.size() > 1 && entry.getFieldRepetitionCount(1) > 0) {
                entries.set(key.isString() ? key.stringValue() : key.toString(), value(entry, types.get(1), 1, 0));
            }
        }
        return entries;
    }

    private static JsonNode primitive(Group group, PrimitiveType type, int index, int item) {
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> JSON.booleanNode(group.getBoolean(index, item));
            case INT32 -> JSON.numberNode(group.getInteger(index, item));
            case INT64 -> JSON.numberNode(group.getLong(index, item));
            case FLOAT -> JSON.numberNode(group.getFloat(index, item));
            case DOUBLE -> JSON.numberNode(group.getDouble(index, item));
            case BINARY -> binary(group, index, item);
            case INT96, FIXED_LEN_BYTE_ARRAY ->
                JSON.binaryNode(group.getBinary(index, item).getBytes());
        };
    }

    private static JsonNode binary(Group group, int index, int item) {
        byte[] bytes = group.getBinary(index, item).getBytes();
        // Some writers leave the annotation out of text; what is no UTF-8 is an image or the like.
        boolean text = Excerpt.firstInvalidByte(bytes, bytes.length) < 0;
        return text ? JSON.stringNode(new String(bytes, StandardCharsets.UTF_8)) : JSON.binaryNode(bytes);
    }
}
