"""Rules about the user pool itself."""

from auth_import.findings import Cure, Fix, RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules.commands import USER_POOL_NEEDS_CARE, aws_command, change_user_pool, create_client
from auth_import.rules.judgement import NOT_APPLICABLE, Judgement, passes, rule
from auth_import.rules.reading import (
    fault_words,
    known_clients,
    listed_ids,
    names,
    next_step,
    pool_fault,
    pool_label,
    readable_pool,
    unread,
    web_client,
)
from aws.errors import Fault
from aws.resources import MfaConfig, UserPool

FAMILY = "User pool"
CHALLENGE_TRIGGERS = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
DEFAULT_EMAILS_A_DAY = 50


def _exists(observation: Observation, rule_set: RuleSet) -> Judgement:
    region, pool_id = observation.setting.region, observation.choice.user_pool_id
    if isinstance(observation.pool, UserPool):
        return passes(pool_label(observation.pool))
    fault = observation.pool
    other_region = pool_id.partition("_")[0]
    command = aws_command("cognito-idp", "list-user-pools", region=region, parameters={"MaxResults": 60})
    if fault.kind == "not-found" and "_" in pool_id and other_region != region:
        observed = f"{pool_id} is in {other_region}, the environment is in {region}"
        cure = Cure(f"Choose a user pool of {region}, or import into an environment in {other_region}.", command)
    elif fault.kind == "not-found":
        observed = f"{pool_id} was not found in {region} ({fault.code or 'not found'})"
        cure = Cure(
            "Choose one of the pools that this lists, or check whether the id belongs to another account."
            " A deleted pool can be restored by AWS Support for 14 days.",
            command,
        )
    elif fault.kind == "denied":
        observed = f"{pool_id} may not be read by the console: {fault_words(fault)}"
        policy = "the policy to paste is shown under permissions.console"
        cure = Cure(f"Allow {fault.action or 'cognito-idp:DescribeUserPool'} to the console's role; {policy}.")
    else:
        observed = f"{pool_id} could not be read: {fault_words(fault)}"
        cure = Cure(next_step(fault))
    return Judgement(
        Severity.FAIL,
        observed=observed,
        reason="Everything an import writes comes from the user pool, so nothing can be imported without it.",
        affects="whoever imports",
        cure=cure,
        unread=fault.kind != "not-found",
    )


def _web_client_available(observation: Observation, rule_set: RuleSet) -> Judgement:
    return _client_available(observation, secret=False, missing=Severity.FAIL)


def _native_client_available(observation: Observation, rule_set: RuleSet) -> Judgement:
    return _client_available(
        observation, secret=True, missing=Severity.FAIL if rule_set is RuleSet.ADMIN_UI else Severity.INFO
    )


def _client_available(observation: Observation, *, secret: bool, missing: Severity) -> Judgement:
    pool = readable_pool(observation)
    if pool is None or isinstance(observation.clients, Fault):
        fault = observation.clients if isinstance(observation.clients, Fault) else pool_fault(observation)
        return unread("the app clients of the user pool", fault, severity=Severity.FAIL)
    known = known_clients(observation)
    fitting = [client for client in known.values() if client.has_secret is secret]
    words = "with a client secret" if secret else "without a client secret"
    if fitting:
        found = ", ".join(f"{client.name} ({client.id})" for client in fitting[:3])
        return passes(f"{words}: {found}" + (f" and {len(fitting) - 3} more" if len(fitting) > 3 else ""))
    listed = listed_ids(observation)
    unseen = None if listed is None else len(listed - known.keys())
    if unseen != 0:
        several = "other clients" if unseen is None else f"{unseen} of {len(observation.clients)} clients"
        return Judgement(
            Severity.INFO,
            observed=f"no client {words} among those looked at; {several} not looked at",
            reason="Whether a client has a secret is known only after asking for each client one by one.",
            affects="whoever imports",
            cure=Cure("Show all app clients in the list of clients; each row then says whether it has a secret."),
        )
    name = f"{pool.name}-{'native' if secret else 'web'}"
    text = f"Create an app client {words}, and give it the OAuth settings of the other one, so that the pair matches."
    return Judgement(
        missing,
        observed=f"none of the pool's {len(known)} app clients is one {words}"
        if known
        else "the pool has no app client",
        reason="Mobile apps and servers are documented to use a client with a secret, which stays out of browsers."
        if secret
        else "A browser cannot keep a secret, so the web app needs an app client that has none.",
        affects="people who sign in from the mobile app" if secret else "people who sign in from the web app",
        cure=Cure(
            text,
            create_client(
                user_pool_id=pool.id,
                region=observation.setting.region,
                name=name,
                secret=secret,
                like=next(iter(known.values()), None) if not secret else web_client(observation),
            ),
        ),
        fixes=(Fix.CREATE_NATIVE_CLIENT if secret else Fix.CREATE_WEB_CLIENT,),
    )


def _first_attribute_only(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    attributes = pool.username_attributes or ()
    if len(attributes) < 2:
        return passes(f"people sign in with: {names(attributes) if attributes else 'username'}")
    lost = attributes[1:]
    return Judgement(
        Severity.WARN,
        observed=f"username attributes: {names(attributes)}",
        reason=f"The generated files carry only the first one ({attributes[0]}), so a ready-made sign-in form does not"
        f" offer {names(lost)}.",
        affects=f"people who sign in with {names(lost)}",
        cure=Cure(
            f"Tell your sign-in form to accept {names(lost)} as well; a pool's username attributes are fixed"
            " once it is created."
        ),
    )


def _case_insensitive(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    if not pool.case_sensitive:
        return passes("usernames are case-insensitive")
    return Judgement(
        Severity.WARN,
        observed="usernames are case-sensitive",
        reason="Ana@example.com and ana@example.com are two different people to this pool, and that can never be"
        " changed for an existing pool.",
        affects="people who type their username or e-mail address in another case than when they signed up",
        cure=Cure(
            "Lower the case of what people type before you send it to Cognito, or move to a new, case-insensitive pool."
        ),
    )


def _alias_attributes(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    if not pool.alias_attributes:
        return passes("no alias attributes")
    return Judgement(
        Severity.INFO,
        observed=f"alias attributes: {names(pool.alias_attributes)}",
        reason="Amplify Gen 2 refuses to reference a pool with alias attributes, and they cannot be removed from a"
        " pool, so this pool can never be used with `referenceAuth`.",
        affects="developers who plan to move this app to Amplify Gen 2",
        cure=Cure(
            "Nothing to do for Gen 1. In Gen 2 pass the ids with `backend.addOutput` instead of `referenceAuth`."
        ),
    )


def _deletion_protection(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    if pool.deletion_protection:
        return passes("deletion protection is on")
    return Judgement(
        Severity.WARN,
        observed="deletion protection is off",
        reason="One delete-user-pool call, or the removal of another stack or app that owns the pool, takes every"
        " account with it.",
        affects="everybody who has an account in this pool",
        cure=Cure(
            f"Turn it on with Fix it, or in the AWS console under the pool's settings. {USER_POOL_NEEDS_CARE}",
            change_user_pool(pool.id, '.DeletionProtection = "ACTIVE"', region=observation.setting.region),
        ),
        fixes=(Fix.TURN_ON_DELETION_PROTECTION,),
    )


def _lambda_triggers(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    triggers = tuple((name, arn) for name, arn in pool.lambda_triggers if arn)
    if not triggers:
        return passes("no Lambda triggers")
    present = [name for name, _ in triggers]
    challenges = [name for name in CHALLENGE_TRIGGERS if name in present]
    if len(challenges) == len(CHALLENGE_TRIGGERS):
        reason = "All three challenge triggers are set, so the mobile configuration says CUSTOM_AUTH instead of SRP."
    elif challenges:
        reason = (
            f"Of the three challenge triggers only {names(challenges)} is set, so the generated files do not switch to"
            " the custom sign-in flow."
        )
    else:
        reason = "These functions run at sign-up or sign-in; unlinking and importing leave them as they are."
    return Judgement(
        Severity.INFO,
        observed="; ".join(f"{name}: {arn}" for name, arn in triggers),
        reason=reason,
        affects="people who sign up or sign in through this pool",
        cure=Cure("Make sure these functions know about the app that you link now."),
    )


def _email_sender(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    if pool.email_account == "DEVELOPER":
        return passes("e-mail is sent through Amazon SES")
    about = pool.estimated_users
    if about is not None and about <= DEFAULT_EMAILS_A_DAY:
        return passes(
            f"Cognito's own sender; about {about} users, so its {DEFAULT_EMAILS_A_DAY} messages a day are enough"
        )
    people = "an unknown number of users" if about is None else f"about {about} users"
    return Judgement(
        Severity.WARN,
        observed=f"Cognito's own sender ({DEFAULT_EMAILS_A_DAY} messages a day), {people}",
        reason=f"Without Amazon SES the account sends at most {DEFAULT_EMAILS_A_DAY} messages a day; after that"
        " invitations, codes and password resets do not arrive.",
        affects="people who wait for an invitation, a code or a password reset",
        cure=Cure(
            "Verify a sender in Amazon SES and replace SOURCE_ARN by its ARN, or set it in the AWS console under"
            f" Authentication methods. {USER_POOL_NEEDS_CARE}",
            change_user_pool(
                pool.id,
                '.EmailConfiguration += {"EmailSendingAccount": "DEVELOPER", "SourceArn": "SOURCE_ARN"}',
                region=observation.setting.region,
            ),
        ),
    )


def _password_recovery(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    ways = pool.recovery_mechanisms
    if ways is None:
        return passes("the pool has no setting, so Cognito sends the code by SMS or e-mail")
    if any(way != "admin_only" for way in ways):
        return passes(f"recovery by {names(ways)}")
    return Judgement(
        Severity.WARN,
        observed=f"recovery by {names(ways)}",
        reason="With recovery by administrators only, “Reset password” cannot send a code: Cognito refuses the call.",
        affects="people who forget their password, and the support people who help them",
        cure=Cure(
            "Allow recovery by verified e-mail, or set a new password for the person instead of resetting it."
            f" {USER_POOL_NEEDS_CARE}",
            change_user_pool(
                pool.id,
                '.AccountRecoverySetting = {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]}',
                region=observation.setting.region,
            ),
        ),
    )


def _mfa_readable(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    if pool.mfa_configuration == "OFF":
        return NOT_APPLICABLE
    if isinstance(observation.mfa, MfaConfig):
        return passes(f"MFA is {pool.mfa_configuration or 'not stated'} and its methods were read")
    return Judgement(
        Severity.INFO,
        observed=f"MFA is {pool.mfa_configuration or 'not stated'}, its methods could not be read:"
        f" {fault_words(observation.mfa)}",
        reason="The import goes on, but the generated files then name no MFA method (`mfaTypes` is empty).",
        affects="people who sign in with a second factor",
        cure=Cure(
            next_step(observation.mfa),
            aws_command(
                "cognito-idp",
                "get-user-pool-mfa-config",
                region=observation.setting.region,
                parameters={"UserPoolId": pool.id},
            ),
        ),
    )


def _totp_listed(observation: Observation, rule_set: RuleSet) -> Judgement:
    pool = readable_pool(observation)
    if pool is None:
        return unread("the user pool", pool_fault(observation), severity=Severity.INFO)
    if pool.mfa_configuration == "OFF":
        return NOT_APPLICABLE
    if not isinstance(observation.mfa, MfaConfig):
        return unread("the MFA settings", observation.mfa, severity=Severity.INFO)
    if not observation.mfa.totp_present or observation.mfa.totp_enabled:
        return passes("TOTP is listed as it is set" if observation.mfa.totp_present else "TOTP is not listed")
    return Judgement(
        Severity.INFO,
        observed="TOTP has a section in the pool's MFA settings, but is disabled",
        reason="The generated files list TOTP all the same: the CLI looks only at whether the section is there.",
        affects="people to whom the app offers an authenticator app that Cognito then refuses",
        cure=Cure(
            "Enable TOTP, or do not offer it in the app. This call also resets the MFA methods it does not name:"
            " add --sms-mfa-configuration or --email-mfa-configuration if the pool uses them.",
            aws_command(
                "cognito-idp",
                "set-user-pool-mfa-config",
                region=observation.setting.region,
                parameters={
                    "UserPoolId": pool.id,
                    "MfaConfiguration": pool.mfa_configuration,
                    "SoftwareTokenMfaConfiguration": {"Enabled": True},
                },
            ),
        ),
    )


EXISTENCE = (
    rule(FAMILY, "pool.exists", "The user pool is found in the environment's Region", _exists),
    rule(FAMILY, "pool.web-client-available", "The pool has an app client without a secret", _web_client_available),
    rule(FAMILY, "pool.native-client-available", "The pool has an app client with a secret", _native_client_available),
)
SETTINGS = (
    rule(FAMILY, "mfa.readable", "The MFA methods can be read", _mfa_readable),
    rule(FAMILY, "mfa.totp-listed", "TOTP is listed only if it is enabled", _totp_listed),
    rule(FAMILY, "username.first-attribute-only", "There is at most one username attribute", _first_attribute_only),
    rule(FAMILY, "pool.case-insensitive", "Usernames are case-insensitive", _case_insensitive),
    rule(FAMILY, "pool.alias-attributes", "The pool has no alias attributes", _alias_attributes),
    rule(FAMILY, "pool.deletion-protection", "The pool is protected against deletion", _deletion_protection),
    rule(FAMILY, "pool.lambda-triggers", "The pool has no Lambda triggers", _lambda_triggers),
    rule(FAMILY, "pool.email-sender", "E-mail will be delivered", _email_sender),
    rule(FAMILY, "pool.password-recovery", "Administrators can reset passwords", _password_recovery),
)
