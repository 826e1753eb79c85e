import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/**
 * HAPI as a validator of FHIR R4: `Validate FOLDER [PROFILES]` validates every .json in FOLDER, with the definitions under
 * PROFILES where given, and writes one line for each finding: file, severity, place, text. Every .xml it writes anew as .json.
 */
public class Validate {
    public static void main(String[] arguments) throws Exception {
        FhirContext context = FhirContext.forR4();
        for (Path xml : under(arguments[0], ".xml")) {
            var resource = context.newXmlParser().parseResource(Files.readString(xml));
            Path json = Path.of(xml.toString().replace(".xml", ".json"));
            Files.writeString(json, context.newJsonParser().encodeResourceToString(resource));
        }
        var profiles = new PrePopulatedValidationSupport(context);
        for (Path definition : arguments.length > 1 ? under(arguments[1], ".xml") : List.<Path>of()) {
            if (!definition.toString().contains("examples")) {
                profiles.addResource(context.newXmlParser().parseResource(Files.readString(definition)));
            }
        }
        var module = new FhirInstanceValidator(new ValidationSupportChain(
            new DefaultProfileValidationSupport(context),
            profiles,
            new CommonCodeSystemsTerminologyService(context),
            new InMemoryTerminologyServerValidationSupport(context),
            new SnapshotGeneratingValidationSupport(context)));
        FhirValidator validator = context.newValidator().registerValidatorModule(module);
        for (Path json : under(arguments[0], ".json")) {
            for (SingleValidationMessage found : validator.validateWithResult(Files.readString(json)).getMessages()) {
                System.out.println(String.join("\t", json.getFileName().toString(), found.getSeverity().getCode(),
                    found.getLocationString(), found.getMessage().replaceAll("\\s+", " ")));
            }
        }
    }

    private static List<Path> under(String folder, String ending) throws Exception {
        try (Stream<Path> found = Files.walk(Path.of(folder), FileVisitOption.FOLLOW_LINKS)) {
            return found.filter(path -> path.toString().endsWith(ending)).sorted().toList();
        }
    }
}
