import { referenceAuth } from "@aws-amplify/backend";

// These resources already exist: Amplify refers to them, and neither changes nor deletes them.
export const auth = referenceAuth({
  userPoolId: "eu-west-1_Zq3LmN0pA",
  identityPoolId: "eu-west-1:0b1f2c3d-1111-4222-8333-944455556666",
  authRoleArn: "arn:aws:iam::111122223333:role/service-role/ShopAuth",
  unauthRoleArn: "arn:aws:iam::111122223333:role/ShopUnauth",
  userPoolClientId: "5kq0example0web",
});
